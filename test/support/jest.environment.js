const { TestEnvironment } = require('jest-environment-node');

/**
 * Jest gives each test file a fresh JavaScript realm. Native modules check `instanceof Float32Array` against the
 * realm that loaded them, so the host's typed arrays are made the realm's own.
 */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    const arrays = {
      Float32Array,
      Float64Array,
      Int8Array,
      Int32Array,
      Uint8Array,
      Uint16Array,
      Uint32Array,
    };
    Object.assign(this.global, arrays, { BigInt64Array, BigUint64Array, ArrayBuffer });
  }
};
