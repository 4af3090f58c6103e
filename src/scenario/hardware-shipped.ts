/**
 * The hardware profiles that come with ckptlab: memory, three kinds of disks, three Ethernets.
 *
 * Each number is a vendor's or a publication's, or is computed from such numbers as its source says. One disk setting
 * stands for reading and writing; where they differ, the slower one is taken. docs/models.md lists them in a table.
 */
import type { HardwareProfile } from "./hardware-profile.ts";

const NVME_TABLE = "Lenovo product guide of the Intel P4500 NVMe drives, table 2, 2.0 TB drive (4XB7A08539)";
const FLUSH_STUDY =
  'Mark Callaghan, "SSDs, power loss protection and fsync latency", smalldatum.blogspot.com/2026/01/ssds-power-loss-protection-and-fsync.html';
const SATA_SHEET = "Intel SSD DC S4500/S4600 Series Product Specification, manualzz.com/doc/48879893";
const DISK_SHEET =
  "Western Digital, Ultrastar DC HC310 Hard Disk Drive Specifications, section 4.5.1, manualshive.com/en/manual/western-digital/ultrastar-dc-hc310/961649";
const MEMORY_LIST =
  'Jeff Dean, "Latency numbers every programmer should know", system-design-primer.vercel.app/appendix/latency-numbers';
const KERNEL_LATENCY =
  'World Wide Technology, "The basics of high-performance networking", wwt.com/article/the-basics-of-high-performance-networking: about 50 us from kernel to kernel';
const SWITCH_LATENCY =
  'World Wide Technology, "The basics of high-performance networking", wwt.com/article/the-basics-of-high-performance-networking: 100 to 300 ns through a switch, so up to 200 ns of difference';
const FRAME_TIME =
  'a frame of 1,538 bytes that a switch stores and forwards ("Improving Linux networking performance", LWN: 1,230 ns at 10 Gb/s)';

export const SHIPPED_HARDWARE: readonly HardwareProfile[] = [
  {
    profile: "ram",
    title: "Memory that counts as a disk: what it holds is durable at once",
    disk: { latency: "100ns", bandwidth: "4GB/s", flush: "0ns" },
    sources: {
      "disk.latency": `${MEMORY_LIST}: main memory reference, 100 ns`,
      "disk.bandwidth": `${MEMORY_LIST}: sequential reading from main memory, 4 GB/s`,
      "disk.flush": "by definition: there is no cache before it",
    },
  },
  {
    profile: "nvme",
    title: "NVMe flash for data centres, with power-loss protection",
    disk: { latency: "85us", bandwidth: "1050MB/s", flush: "58us" },
    sources: {
      "disk.latency": `${NVME_TABLE}: read access latency, random, 85 us`,
      "disk.bandwidth": `${NVME_TABLE}: sequential write rate, 1.05 GB/s`,
      "disk.flush": `${FLUSH_STUDY}: 12 to 58 us for a flush of 16 KB with power-loss protection, about 891 us without (as summed up at engineered.at)`,
    },
  },
  {
    profile: "sata-ssd",
    title: "SATA flash for data centres, with power-loss protection",
    disk: { latency: "110us", bandwidth: "490MB/s", flush: "52us" },
    sources: {
      "disk.latency": `${SATA_SHEET}: random latency, typical, read 110 us`,
      "disk.bandwidth": `${SATA_SHEET}: sustained sequential write, up to 490 MB/s`,
      "disk.flush": `${SATA_SHEET}: random latency, typical, write 52 us; what was written is safe by its power-loss protection`,
    },
  },
  {
    profile: "hard-disk",
    title: "A hard disk with 7,200 revolutions a minute",
    disk: { latency: "11560us", bandwidth: "154MB/s", flush: "12360us" },
    sources: {
      "disk.latency": `${DISK_SHEET}: average seek, read, 7.4 ms, and average rotational latency, 4.16 ms`,
      "disk.bandwidth":
        "StorageReview, WD Black 4TB (WD4001FAEX), storagereview.com/it/review/wd-black-4tb-review-wd4001faex: 154 MB/s",
      "disk.flush": `${DISK_SHEET}: average seek, write, 8.2 ms, and average rotational latency, 4.16 ms: one more place to write`,
    },
  },
  ethernet("ethernet-1g", "1", "62304ns", "IEEE 802.3ab (1000BASE-T)", "12,304 ns"),
  ethernet("ethernet-10g", "10", "51230ns", "IEEE 802.3ae", "1,230 ns"),
  ethernet("ethernet-100g", "100", "50123ns", "IEEE 802.3ba", "123 ns"),
];

function ethernet(
  profile: string,
  gigabits: string,
  latency: string,
  standard: string,
  frameTime: string,
): HardwareProfile {
  return {
    profile,
    title: `${gigabits}-gigabit Ethernet between kernels, through one switch`,
    network: { latency, jitter: "200ns", bandwidth: `${gigabits}Gb/s` },
    sources: {
      "network.latency": `${KERNEL_LATENCY}; and ${FRAME_TIME}, here ${frameTime}`,
      "network.jitter": SWITCH_LATENCY,
      "network.bandwidth": `${standard}: the rate of the link`,
    },
  };
}
