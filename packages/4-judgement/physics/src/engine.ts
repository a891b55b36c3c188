/**
 * The EPANET 2.3 engine (epanet-js, WebAssembly) behind narrow types of our own.
 *
 * We call the engine's C functions ourselves, with one scratch buffer, because the package's convenience calls
 * allocate on every value and its declarations are not clean under NodeNext. Everything here is synchronous once
 * the module is loaded; one `Engine` holds one open model.
 *
 * Source of codes: EPANET 2.3 toolkit, `epanet2_enums.h`.
 */
import { TwinwardError } from "@twinward/kernel";

/** Node properties (EN_NodeProperty). */
export const NODE = {
  elevation: 0,
  baseDemand: 1,
  pattern: 2,
  tankLevel: 8,
  demand: 9,
  head: 10,
  tankDiameter: 17,
  volumeCurve: 19,
  minLevel: 20,
  maxLevel: 21,
} as const;

/** Link properties (EN_LinkProperty). */
export const LINK = { initStatus: 4, initSetting: 5, flow: 8, status: 11, setting: 12 } as const;

/** Node types (EN_NodeType). */
export const NODE_TYPE = { junction: 0, reservoir: 1, tank: 2 } as const;

/** Link types (EN_LinkType): 0 and 1 are pipes, 2 a pump, 3 and above valves. */
export const LINK_TYPE = { checkValve: 0, pipe: 1, pump: 2, prv: 3 } as const;

const COUNT = { nodes: 0, links: 2, patterns: 3 } as const;
const FLOW_UNITS_LPS = 5;
/** EN_INITFLOW without saving: flows start from scratch, so the same state always gives the same digits. */
const INIT_COLD = 10;
/** Codes below 100 are warnings (unbalanced, negative pressure): the solution stands, with doubt. */
const ERROR_FIRST = 100;
const TIME_PARAMETER = { hydraulicStep: 1 } as const;

type Call = (...values: number[]) => number;

interface Instance {
  readonly HEAPF64: Float64Array;
  readonly HEAP32: Int32Array;
  readonly [name: `_EN_${string}`]: Call;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  allocateUTF8(text: string): number;
  UTF8ToString(pointer: number): string;
}

interface Workspace {
  readonly instance: Instance;
  loadModule(): Promise<void>;
  writeFile(path: string, data: string): void;
  readFile(path: string): string;
}

/** One open model inside one WebAssembly instance. */
export class Engine {
  readonly nodeCount: number;
  readonly linkCount: number;
  readonly #workspace: Workspace;
  readonly #en: Instance;
  readonly #project: number;
  readonly #scratch: number;

  /** Opens a model from the text of an .inp file. Throws `MODEL_REFUSED` with EPANET's own words. */
  static async open(inp: string): Promise<Engine> {
    const module = (await import("epanet-js")) as unknown as { Workspace: new () => Workspace };
    const workspace = new module.Workspace();
    await workspace.loadModule();
    return new Engine(workspace, inp);
  }

  private constructor(workspace: Workspace, inp: string) {
    this.#workspace = workspace;
    this.#en = workspace.instance;
    this.#scratch = this.#en._malloc(64);
    this.#check(this.#en._EN_createproject!(this.#scratch), "createproject");
    this.#project = this.#int();
    workspace.writeFile("model.inp", inp);
    const paths = ["model.inp", "model.rpt", "model.out"].map((path) => this.#en.allocateUTF8(path));
    const code = this.#en._EN_open!(this.#project, ...paths);
    if (code >= ERROR_FIRST) throw new TwinwardError("MODEL_REFUSED", this.#openFault(code));
    this.nodeCount = this.#count(COUNT.nodes);
    this.linkCount = this.#count(COUNT.links);
  }

  #openFault(code: number): string {
    const lines = this.report().split("\n");
    const fault = lines.find((line) => /Error \d+/.test(line));
    return `the network model cannot be opened: ${fault?.trim() ?? `EPANET error ${code}`}`;
  }

  /** The text of EPANET's own report file so far. */
  report(): string {
    return this.#workspace.readFile("model.rpt");
  }

  /** Runs the whole period of the file with EPANET's own controls and returns the report. For tests. */
  runWithReport(): string {
    this.#call("solveH");
    this.#call("saveH");
    this.#call("report");
    this.#call("close");
    return this.report();
  }

  useLitresPerSecond(): void {
    this.#check(this.#en._EN_setflowunits!(this.#project, FLOW_UNITS_LPS), "setflowunits");
  }

  openHydraulics(): void {
    this.#call("openH");
  }

  startCold(): void {
    this.#check(this.#en._EN_initH!(this.#project, INIT_COLD), "initH");
  }

  /** Solves the network as it stands. Returns EPANET's warning code, 0 when it converged without remarks. */
  solve(): number {
    return this.#check(this.#en._EN_runH!(this.#project, this.#scratch), "runH");
  }

  /** Advances tanks by at most the hydraulic step; returns the seconds advanced. */
  advance(): number {
    this.#check(this.#en._EN_nextH!(this.#project, this.#scratch), "nextH");
    return this.#int();
  }

  setHydraulicStep(seconds: number): void {
    this.#check(this.#en._EN_settimeparam!(this.#project, TIME_PARAMETER.hydraulicStep, seconds), "settimeparam");
  }

  hydraulicStep(): number {
    this.#check(this.#en._EN_gettimeparam!(this.#project, TIME_PARAMETER.hydraulicStep, this.#scratch), "gettimeparam");
    return this.#int();
  }

  nodeId(index: number): string {
    this.#check(this.#en._EN_getnodeid!(this.#project, index, this.#scratch), "getnodeid");
    return this.#en.UTF8ToString(this.#scratch);
  }

  linkId(index: number): string {
    this.#check(this.#en._EN_getlinkid!(this.#project, index, this.#scratch), "getlinkid");
    return this.#en.UTF8ToString(this.#scratch);
  }

  nodeType(index: number): number {
    this.#check(this.#en._EN_getnodetype!(this.#project, index, this.#scratch), "getnodetype");
    return this.#int();
  }

  linkType(index: number): number {
    this.#check(this.#en._EN_getlinktype!(this.#project, index, this.#scratch), "getlinktype");
    return this.#int();
  }

  /** Node indexes of the two ends. */
  linkNodes(index: number): readonly [number, number] {
    const ends = this.#scratch;
    this.#check(this.#en._EN_getlinknodes!(this.#project, index, ends, ends + 4), "getlinknodes");
    return [this.#en.HEAP32[ends >> 2]!, this.#en.HEAP32[(ends + 4) >> 2]!];
  }

  /** The demand categories of a junction: base demand and pattern index (0 is none). */
  demandsOf(node: number): { base: number; pattern: number }[] {
    this.#check(this.#en._EN_getnumdemands!(this.#project, node, this.#scratch), "getnumdemands");
    return Array.from({ length: this.#int() }, (_, place) => {
      this.#check(this.#en._EN_getbasedemand!(this.#project, node, place + 1, this.#scratch), "getbasedemand");
      const base = this.#real();
      this.#check(this.#en._EN_getdemandpattern!(this.#project, node, place + 1, this.#scratch), "getdemandpattern");
      return { base, pattern: this.#int() };
    });
  }

  setDemandPattern(node: number, place: number, pattern: number): void {
    this.#check(this.#en._EN_setdemandpattern!(this.#project, node, place, pattern), "setdemandpattern");
  }

  patternId(index: number): string {
    this.#check(this.#en._EN_getpatternid!(this.#project, index, this.#scratch), "getpatternid");
    return this.#en.UTF8ToString(this.#scratch);
  }

  patternMean(index: number): number {
    this.#check(this.#en._EN_getaveragepatternvalue!(this.#project, index, this.#scratch), "getaveragepatternvalue");
    return this.#real();
  }

  /** Adds a pattern of one value; returns its index. */
  addPattern(id: string): number {
    const name = this.#en.allocateUTF8(id);
    this.#check(this.#en._EN_addpattern!(this.#project, name), "addpattern");
    this.#en._free(name);
    return this.#count(COUNT.patterns);
  }

  setPatternValue(index: number, value: number): void {
    this.#check(this.#en._EN_setpatternvalue!(this.#project, index, 1, value), "setpatternvalue");
  }

  node(index: number, property: number): number {
    this.#check(this.#en._EN_getnodevalue!(this.#project, index, property, this.#scratch), "getnodevalue");
    return this.#real();
  }

  setNode(index: number, property: number, value: number): void {
    this.#check(this.#en._EN_setnodevalue!(this.#project, index, property, value), "setnodevalue");
  }

  link(index: number, property: number): number {
    this.#check(this.#en._EN_getlinkvalue!(this.#project, index, property, this.#scratch), "getlinkvalue");
    return this.#real();
  }

  setLink(index: number, property: number, value: number): void {
    this.#check(this.#en._EN_setlinkvalue!(this.#project, index, property, value), "setlinkvalue");
  }

  #count(what: number): number {
    this.#check(this.#en._EN_getcount!(this.#project, what, this.#scratch), "getcount");
    return this.#int();
  }

  #call(name: string): void {
    this.#check(this.#en[`_EN_${name}`]!(this.#project), name);
  }

  #int(): number {
    return this.#en.HEAP32[this.#scratch >> 2]!;
  }

  #real(): number {
    return this.#en.HEAPF64[this.#scratch >> 3]!;
  }

  #check(code: number, name: string): number {
    if (code >= ERROR_FIRST) throw new TwinwardError("HYDRAULICS_FAILED", `EPANET ${name} failed with code ${code}`);
    return code;
  }
}
