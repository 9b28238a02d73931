/** Types of an element, and of an attribute, by their numbers in onnx.proto. */
const [FLOAT, INT64] = [1, 7];
const [INT, INTS] = [2, 7];

type Field = readonly [number, number | string | Uint8Array];

/**
 * The file of a model that answers `output` with what `input` was, without change: the least that onnxruntime loads, in
 * protobuf by the numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export function unchangedModel(input: string, output: string): Uint8Array {
  return model([node('Identity', [input], output)], tensor(input, INT64, 2), tensor(output, INT64, 2));
}

/** The same of one that gives each token one number, which is 0: an encoder of texts whose vectors have no direction. */
export function aimlessModel(): Uint8Array {
  const nodes = [
    node('Cast', ['input_ids'], 'numbers', attribute('to', INT, [3, FLOAT])),
    node('Unsqueeze', ['numbers'], 'vectors', attribute('axes', INTS, [8, 2])),
    node('Sub', ['vectors', 'vectors'], 'last_hidden_state'),
  ];
  return model(nodes, tensor('input_ids', INT64, 2), tensor('last_hidden_state', FLOAT, 3));
}

function model(nodes: readonly Uint8Array[], input: Uint8Array, output: Uint8Array): Uint8Array {
  const graph = message(...nodes.map((each): Field => [1, each]), [2, 'graph'], [11, input], [12, output]);
  return message([1, 8], [8, message([1, ''], [2, 12])], [7, graph]);
}

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  ...attributes: readonly Uint8Array[]
): Uint8Array {
  return message(
    ...inputs.map((input): Field => [1, input]),
    [2, output],
    [4, operator],
    ...attributes.map((each): Field => [5, each]),
  );
}

function attribute(name: string, type: number, value: Field): Uint8Array {
  return message([1, name], value, [20, type]);
}

/** Of any number of texts, of tokens, and so on. */
function tensor(name: string, type: number, dimensions: number): Uint8Array {
  const shape = Array.from({ length: dimensions }, (_, i): Field => [1, message([2, `dimension ${i}`])]);
  return message([1, name], [2, message([1, message([1, type], [2, message(...shape)])])]);
}

function message(...fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([...varint(number << 3), ...varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
    }),
  );
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}
