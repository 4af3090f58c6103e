// The ping of bench/ping.mjs as a plain C++ program: the same hosts, network model, timers, random streams, order of events
// and digest, so that both print the same digest. It is written for this ping alone: no faults, no other messages.
//
// Input: hosts, events, and the four words of each host's jitter stream. Output: processor nanoseconds and the digest.
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <vector>

enum Kind : uint32_t { BOOT = 1, TIMER = 2, ARRIVE = 3, DELIVER = 4 };
enum Type : uint32_t { PING = 25, PONG = 26 };

static const int64_t LATENCY_NS = 50000, TIMEOUT_NS = 1000000000, TRANSFER_NS = 512;
static const uint32_t JITTER_COUNT = 20001, BYTES = 64;

struct Stream {
  uint32_t a, b, c, d;
  uint32_t next() {
    const uint32_t out = a + b + d;
    d += 1;
    a = b ^ (b >> 9);
    b = c + (c << 3);
    c = ((c << 21) | (c >> 11)) + out;
    return out;
  }
  uint32_t below(uint32_t count) {
    const uint64_t limit = (1ull << 32) - (1ull << 32) % count;
    uint32_t word = next();
    while (word >= limit) word = next();
    return word % count;
  }
};

struct Digest {
  uint32_t a = 0x243f6a88, b = 0x85a308d3;
  void add(int64_t value) {
    const uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
    const uint32_t x = (a ^ low) * 0xcc9e2d51u;
    const uint32_t y = ((b + low) ^ (high * 0x9e3779b1u)) * 0x1b873593u;
    a = ((x << 15) | (x >> 17)) * 5 + high + 0x6b64;
    b = ((y << 13) | (y >> 19)) * 9 + a;
  }
  static uint32_t mix(uint32_t word) {
    word = (word ^ (word >> 16)) * 0x85ebca6bu;
    word = (word ^ (word >> 13)) * 0xc2b2ae35u;
    return word ^ (word >> 16);
  }
};

struct Event {
  uint32_t kind, host, from, type;
  uint32_t position;
};

struct Entry {
  int64_t time;
  uint64_t sequence;
  uint32_t slot;
  bool before(const Entry &other) const {
    return time < other.time || (time == other.time && sequence < other.sequence);
  }
};

struct Queue {
  std::vector<Entry> heap;
  std::vector<Event> events;
  std::vector<uint32_t> freeSlots;
  uint64_t nextSequence = 0;

  uint32_t push(int64_t time, const Event &event) {
    uint32_t slot;
    if (freeSlots.empty()) {
      slot = (uint32_t)events.size();
      events.push_back(event);
    } else {
      slot = freeSlots.back();
      freeSlots.pop_back();
      events[slot] = event;
    }
    heap.push_back(Entry());
    up((uint32_t)heap.size() - 1, Entry{time, nextSequence++, slot});
    return slot;
  }
  Entry pop() {
    const Entry top = heap[0];
    remove(0);
    return top;
  }
  void cancel(uint32_t slot) { remove(events[slot].position); }
  void remove(uint32_t position) {
    freeSlots.push_back(heap[position].slot);
    const Entry last = heap.back();
    heap.pop_back();
    if (position == heap.size()) return;
    if (position > 0 && last.before(heap[(position - 1) / 4])) up(position, last);
    else down(position, last);
  }
  void place(uint32_t position, const Entry &entry) {
    heap[position] = entry;
    events[entry.slot].position = position;
  }
  void up(uint32_t position, const Entry &entry) {
    while (position > 0 && entry.before(heap[(position - 1) / 4])) {
      place(position, heap[(position - 1) / 4]);
      position = (position - 1) / 4;
    }
    place(position, entry);
  }
  void down(uint32_t position, const Entry &entry) {
    for (;;) {
      const uint32_t first = position * 4 + 1;
      if (first >= heap.size()) break;
      const uint32_t end = first + 4 < heap.size() ? first + 4 : (uint32_t)heap.size();
      uint32_t least = first;
      for (uint32_t child = first + 1; child < end; child += 1)
        if (heap[child].before(heap[least])) least = child;
      if (!heap[least].before(entry)) break;
      place(position, heap[least]);
      position = least;
    }
    place(position, entry);
  }
};

struct Host {
  Stream jitter;
  int64_t egressFree = 0, ingressFree = 0;
  uint32_t timeout = 0, peer = 0;
};

static std::vector<Host> hosts;
static Queue queue;
static int64_t now = 0;

static void send(uint32_t from, uint32_t to, uint32_t type) {
  Host &host = hosts[from];
  const int64_t leaves = host.egressFree > now ? host.egressFree : now;
  host.egressFree = leaves + TRANSFER_NS;
  queue.push(leaves + LATENCY_NS + host.jitter.below(JITTER_COUNT), Event{ARRIVE, to, from, type, 0});
}

static void ping(uint32_t self) {
  hosts[self].timeout = queue.push(now + TIMEOUT_NS, Event{TIMER, self, 0, 0, 0});
  send(self, hosts[self].peer, PING);
}

int main() {
  uint32_t hostCount, eventCount;
  if (scanf("%u %u", &hostCount, &eventCount) != 2) return 1;
  hosts.resize(hostCount);
  for (uint32_t host = 0; host < hostCount; host += 1) {
    Stream &stream = hosts[host].jitter;
    if (scanf("%u %u %u %u", &stream.a, &stream.b, &stream.c, &stream.d) != 4) return 1;
    hosts[host].peer = (host + 1) % hostCount;
    queue.push(0, Event{BOOT, host, 0, 0, 0});
  }
  Digest digest;
  timespec started, ended;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &started);
  for (uint32_t index = 0; index < eventCount; index += 1) {
    const Entry entry = queue.pop();
    const Event event = queue.events[entry.slot];
    now = entry.time;
    digest.add((int64_t)event.kind * 0x10000 + event.host);
    digest.add(now);
    switch (event.kind) {
    case BOOT:
      ping(event.host);
      break;
    case ARRIVE: {
      Host &host = hosts[event.host];
      host.ingressFree = (host.ingressFree > now ? host.ingressFree : now) + TRANSFER_NS;
      queue.push(host.ingressFree, Event{DELIVER, event.host, event.from, event.type, 0});
      break;
    }
    case DELIVER:
      digest.add((int64_t)event.type * 0x10000 + event.from);
      digest.add(BYTES);
      if (event.type == PING) send(event.host, event.from, PONG);
      else {
        queue.cancel(hosts[event.host].timeout);
        ping(event.host);
      }
      break;
    default:
      return 1;
    }
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
  const uint32_t first = Digest::mix(digest.a ^ (digest.b * 0x85ebca6bu));
  const uint32_t second = Digest::mix(digest.b ^ first);
  const double ns = (ended.tv_sec - started.tv_sec) * 1e9 + (double)(ended.tv_nsec - started.tv_nsec);
  printf("%.0f %08x%08x\n", ns, first, second);
  return 0;
}
