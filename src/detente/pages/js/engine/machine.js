/**
 * The compiled model: WebAssembly made from the rules, called with arrays by name.
 *
 * A function of it takes the address of a table of 64-bit integers: of each array its address and
 * the length of each axis, of a number that number. Which comes when is told by `layout`.
 */

/** How arrays are made, by the names that NumPy has for their types. */
export const TYPES = {
  float64: Float64Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int8: Int8Array,
};

const PAGE = 65536;
const ALIGNED = 64;
/** Doubles in the longest vector that the model's arrays are filled up to. */
const VECTOR = 8;

/** @param {number} address */
function aligned(address) {
  return Math.ceil(address / ALIGNED) * ALIGNED;
}

/**
 * Length of each axis by its letter, for so many runs side by side.
 * @param {Object<string, number>} sizes of the scenario: N, K, E, R, C, D and so on
 * @param {number} lanes
 */
export function axesOf(sizes, lanes) {
  const filled = (count) => Math.ceil(count / VECTOR) * VECTOR;
  return { ...sizes, L: lanes, V: filled(lanes), W: filled(sizes.N), M: filled(sizes.N * lanes) };
}

export class Machine {
  /**
   * Compile the model. What it would need from outside and does not have throws when it is called.
   * @param {Uint8Array} bytes
   * @param {Object<string, [string, string, string][]>} layout
   */
  static async open(bytes, layout) {
    const module = await WebAssembly.compile(bytes);
    const env = {};
    for (const { name, kind } of WebAssembly.Module.imports(module)) {
      if (kind !== "function") throw new Error(`the model asks for ${name}, a ${kind}`);
      env[name] = () => {
        throw new Error(`the model has no ${name}`);
      };
    }
    return new Machine(await WebAssembly.instantiate(module, { env }), layout);
  }

  constructor(instance, layout) {
    this.exports = instance.exports;
    this.layout = layout;
    this.base = aligned(Number(instance.exports.__heap_base.value));
  }

  /**
   * Lay out the arrays of some functions in memory, and write their tables.
   *
   * @param {Object<string, Object>} wanted by function the arrays by name: `{shape, data}`, without
   *   data zeros, or a number; an array named by two functions is laid out once
   * @returns {Room}
   */
  lay(wanted) {
    const places = new Map();
    const tables = {};
    let end = this.base + ALIGNED;
    for (const [call, values] of Object.entries(wanted)) {
      const slots = this.layout[call];
      tables[call] = end;
      end = aligned(end + 8 * slots.reduce((sum, [, , axes]) => sum + 1 + axes.length, 0));
      for (const [name, kind, axes] of slots) {
        if (axes === "" || places.has(name)) continue;
        const value = values[name];
        if (value === undefined) throw new Error(`nothing given for ${name}`);
        const length = value.shape.reduce((product, size) => product * size, 1);
        places.set(name, { kind, shape: value.shape, address: end, length, data: value.data });
        end = aligned(end + length * TYPES[kind].BYTES_PER_ELEMENT);
      }
    }
    const missing = end - this.exports.memory.buffer.byteLength;
    if (missing > 0) this.exports.memory.grow(Math.ceil(missing / PAGE));
    const buffer = this.exports.memory.buffer;
    new Uint8Array(buffer, this.base, end - this.base).fill(0);
    for (const { kind, address, length, data } of places.values()) {
      if (data) new TYPES[kind](buffer, address, length).set(data);
    }
    for (const [call, values] of Object.entries(wanted)) {
      const table = new BigInt64Array(buffer, tables[call]);
      let at = 0;
      for (const [name, , axes] of this.layout[call]) {
        if (axes === "") {
          table[at++] = BigInt.asIntN(64, BigInt(values[name]));
          continue;
        }
        const { address, shape } = places.get(name);
        table[at++] = BigInt(address);
        for (const size of shape) table[at++] = BigInt(size);
      }
    }
    return new Room(this, tables, places, end);
  }
}

/** Arrays laid out for some functions of the model. */
export class Room {
  constructor(machine, tables, places, end) {
    this.machine = machine;
    this.tables = tables;
    this.places = places;
    this.end = end;
  }

  /** The array of a name, in the memory of the model. */
  array(name) {
    const { kind, address, length } = this.places.get(name);
    return new TYPES[kind](this.machine.exports.memory.buffer, address, length);
  }

  /** Set a number that a function finds in its table. */
  set(call, name, value) {
    let at = 0;
    for (const [slot, , axes] of this.machine.layout[call]) {
      if (slot === name) break;
      at += 1 + axes.length;
    }
    const table = new BigInt64Array(this.machine.exports.memory.buffer, this.tables[call]);
    table[at] = BigInt.asIntN(64, BigInt(value));
  }

  call(name) {
    const room = this.machine.base; // for what it returns, and for an error
    const failed = this.machine.exports[name](room, room + ALIGNED / 2, this.tables[name]);
    if (failed !== 0) throw new Error(`the model failed in ${name}`);
  }
}
