/**
 * Checks that src/core and src/sim use only what every engine computes alike: a run must give the same events
 * on every Node, Bun, Deno and browser. Names are resolved with the TypeScript checker, so a parameter called
 * `process` is fine and `const M = Math` does not hide anything.
 *
 * Rules, as allow-lists where that is possible:
 * - global names: only those in GLOBALS_ALLOWED (no Date, Intl, timers, performance, process, eval, WeakRef);
 * - Math: only the members that are exact by specification (MATH_MEMBERS_ALLOWED), and never Math as a value;
 * - members of built-in types that depend on locale, host or engine: MEMBERS_FORBIDDEN;
 * - the bits of floating point numbers (those of NaN are the engine's own): no array of them over a buffer, nor its buffer;
 * - the operators `**` and `**=`;
 * - imports: src/core only relative ones, src/sim also PACKAGES_ALLOWED_IN_SIM; no `import(...)`;
 *
 * Usage: node tools/portable-check.mjs [--root DIR]     (DIR holds tsconfig.core.json)
 * Not covered: what packages do inside (a trap armed during runs watches those, but for operators).
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";

const GLOBALS_ALLOWED = new Set(
  `Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Error Float32Array Float64Array Infinity
   Int16Array Int32Array Int8Array Iterator JSON Map Math NaN Number Object Promise RangeError Set String Symbol
   SyntaxError TextDecoder TextEncoder TypeError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet
   WebAssembly isFinite isNaN parseFloat parseInt`.split(/\s+/),
);
const MATH_MEMBERS_ALLOWED = new Set(
  "abs ceil clz32 floor fround imul max min round sign sqrt trunc".split(" "),
);
const MEMBERS_FORBIDDEN = new Set(
  `localeCompare toLocaleString toLocaleDateString toLocaleTimeString toLocaleLowerCase toLocaleUpperCase normalize
   stack captureStackTrace getFloat16 getFloat32 getFloat64 setFloat16 setFloat32 setFloat64`.split(/\s+/),
);
const PACKAGES_ALLOWED_IN_SIM = ["seedrandom", "xxhash-wasm", "@noble/hashes"];
/** The trap has to name the globals that it guards. */
const FILES_NOT_CHECKED = new Set(["src/sim/trap.ts"]);

const { values: options } = parseArgs({ options: { root: { type: "string", default: "." } } });
const root = path.resolve(options.root);
const configurationPath = path.join(root, "tsconfig.core.json");
if (!existsSync(configurationPath)) throw new Error(`no tsconfig.core.json in ${root}`);

const parsed = ts.parseJsonConfigFileContent(
  ts.readConfigFile(configurationPath, ts.sys.readFile).config,
  ts.sys,
  root,
);
const program = ts.createProgram(parsed.fileNames, parsed.options);
const checker = program.getTypeChecker();

/** @type {string[]} */
const problems = [];

/**
 * @param {ts.Node} node
 * @param {string} message
 */
function report(node, message) {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
  problems.push(`${path.relative(root, file.fileName)}:${line + 1}:${character + 1} ${message}`);
}

/**
 * True for names that the language or the platform declares, as against this project or a package it imports.
 * @param {ts.Symbol} symbol
 */
function isPlatformSymbol(symbol) {
  const declarations = symbol.declarations ?? [];
  return (
    declarations.length > 0 &&
    declarations.every((declaration) => {
      const file = declaration.getSourceFile();
      return program.isSourceFileDefaultLibrary(file) || /\/ambient[^/]*\.d\.ts$/.test(file.fileName);
    })
  );
}

/**
 * True where the identifier reads a variable, as against naming a member, a declaration or a type.
 * @param {ts.Identifier} node
 */
function isValueReference(node) {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false;
  if (ts.isImportSpecifier(parent) || (ts.isBindingElement(parent) && parent.propertyName === node))
    return false;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent) || ts.isJSDoc(parent)) {
    // `class A extends Date` and `typeof Date` are values all the same.
    return ts.isExpressionWithTypeArguments(parent) || ts.isTypeQueryNode(parent);
  }
  const declaredName = /** @type {ts.Node & { name?: ts.Node }} */ (parent).name;
  if (declaredName === node && !ts.isShorthandPropertyAssignment(parent)) return false;
  return true;
}

/** @param {ts.Identifier} node */
function checkIdentifier(node) {
  if (!isValueReference(node)) return;
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  if (symbol === undefined) {
    report(node, `${node.text}: not a name that every engine has`);
    return;
  }
  // `undefined` and `arguments` have no declaration either, but they do not depend on the engine.
  if ((symbol.declarations ?? []).length === 0) {
    if (node.text === "globalThis") report(node, "globalThis: hides which global is used");
    return;
  }
  if (!isPlatformSymbol(symbol)) return;
  if (!GLOBALS_ALLOWED.has(node.text)) {
    report(node, `${node.text}: differs between engines or between runs`);
    return;
  }
  if (node.text === "Math") {
    const parent = node.parent;
    const member =
      ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : undefined;
    if (member === undefined) report(node, "Math: name the member, as in Math.floor(x)");
    else if (!MATH_MEMBERS_ALLOWED.has(member)) report(node, `Math.${member}: not exact by specification`);
  }
}

/**
 * @param {ts.PropertyAccessExpression | ts.ElementAccessExpression} node
 */
function checkMember(node) {
  const name = ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression;
  if (!(ts.isIdentifier(name) || ts.isStringLiteral(name)) || !MEMBERS_FORBIDDEN.has(name.text)) return;
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(name)) return;
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined || isPlatformSymbol(symbol)) {
    report(name, `.${name.text}: depends on locale or engine`);
  }
}

const FLOAT_ARRAYS = new Set(["Float16Array", "Float32Array", "Float64Array"]);
const BUFFER_TYPES = new Set(["ArrayBuffer", "SharedArrayBuffer", "ArrayBufferLike"]);

/** @param {ts.Node} node */
function typeNamesOf(node) {
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  return parts.map((part) => (part.aliasSymbol ?? part.getSymbol())?.name ?? "");
}

/**
 * A number that is NaN can have any of many patterns of bits, and which one is the engine's choice.
 * @param {ts.Node} node
 */
function checkFloatBits(node) {
  if (
    ts.isNewExpression(node) &&
    ts.isIdentifier(node.expression) &&
    FLOAT_ARRAYS.has(node.expression.text)
  ) {
    const [first] = node.arguments ?? [];
    if (first !== undefined && typeNamesOf(first).some((name) => BUFFER_TYPES.has(name)))
      report(node, `${node.expression.text} over a buffer: the bits of NaN are the engine's own`);
  }
  if (ts.isPropertyAccessExpression(node) && node.name.text === "buffer") {
    const [owner] = typeNamesOf(node.expression).filter((name) => FLOAT_ARRAYS.has(name));
    if (owner !== undefined) report(node, `.buffer of a ${owner}: the bits of NaN are the engine's own`);
  }
}

/**
 * @param {ts.Node} node
 * @param {string} specifier
 * @param {boolean} inCore
 */
function checkImport(node, specifier, inCore) {
  if (specifier.startsWith("./") || specifier.startsWith("../")) return;
  const allowed =
    !inCore && PACKAGES_ALLOWED_IN_SIM.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (!allowed)
    report(node, `import of "${specifier}": ${inCore ? "src/core imports nothing" : "not portable"}`);
}

/**
 * @param {ts.Node} node
 * @param {boolean} inCore
 */
function visit(node, inCore) {
  checkFloatBits(node);
  if (ts.isIdentifier(node)) checkIdentifier(node);
  else if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) checkMember(node);
  else if (ts.isBinaryExpression(node)) {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) {
      report(node.operatorToken, "**: engines may round it differently");
    }
  } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    report(node, "import(...): modules load before a run, not in it");
  } else if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
    if (ts.isStringLiteral(node.moduleSpecifier)) checkImport(node, node.moduleSpecifier.text, inCore);
  }
  ts.forEachChild(node, (child) => visit(child, inCore));
}

let fileCount = 0;
for (const file of program.getSourceFiles()) {
  const name = path.relative(root, file.fileName).split(path.sep).join("/");
  const inCore = name.startsWith("src/core/");
  if (file.isDeclarationFile || !(inCore || name.startsWith("src/sim/"))) continue;
  if (FILES_NOT_CHECKED.has(name)) continue;
  fileCount += 1;
  visit(file, inCore);
}

console.log(`looked at ${fileCount} files`);
for (const problem of problems) console.log(problem);
if (fileCount === 0) console.log("no file of src/core or src/sim was found");
process.exitCode = problems.length === 0 && fileCount > 0 ? 0 : 1;
