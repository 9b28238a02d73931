/** A tensor of int64, of any number of texts and tokens. */
const INT64 = 7;

type Field = readonly [number, number | string | Uint8Array];

/**
 * The file of a model that answers `output` with what `input` was, without change: the least that onnxruntime loads, in
 * protobuf by the numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export function unchangedModel(input: string, output: string): Uint8Array {
  const node = message([1, input], [2, output], [4, 'Identity']);
  const graph = message([1, node], [2, 'unchanged'], [11, tensor(input)], [12, tensor(output)]);
  return message([1, 8], [8, message([1, ''], [2, 13])], [7, graph]);
}

function tensor(name: string): Uint8Array {
  const [texts, tokens] = ['texts', 'tokens'].map((dimension) => message([2, dimension]));
  const type = message([1, INT64], [2, message([1, texts!], [1, tokens!])]);
  return message([1, name], [2, message([1, type])]);
}

/** Numbers and lengths below 128 are one byte, longer ones two. */
function message(...fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([number << 3, value]);
      const bytes = Buffer.from(value);
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
      return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
    }),
  );
}
