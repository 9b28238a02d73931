import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkModelFiles } from './model-files';

const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

const INT8 = { dtype: 'int8', file: 'onnx/model_quantized.onnx' };

describe('checkModelFiles', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'model-'));
    await mkdir(join(directory, 'onnx'));
    for (const file of [...FILES, 'onnx/model_quantized.onnx']) await writeFile(join(directory, file), file);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const writeSums = (files: string[]) =>
    writeFile(
      join(directory, 'SHA256SUMS'),
      files.map((file) => `${createHash('sha256').update(file).digest('hex')}  ${file}\n`).join(''),
    );

  it('prefers the int8 weights', async () => {
    await writeFile(join(directory, 'onnx/model.onnx'), '');
    await expect(checkModelFiles(directory)).resolves.toEqual(INT8);
    await rm(join(directory, 'onnx/model_quantized.onnx'));
    await expect(checkModelFiles(directory)).resolves.toEqual({ dtype: 'fp32', file: 'onnx/model.onnx' });
  });

  it('accepts files that are as the sums say', async () => {
    await writeSums([...FILES, 'onnx/model_quantized.onnx']);
    await expect(checkModelFiles(directory)).resolves.toEqual(INT8);
  });

  it.each([...FILES, 'onnx/model_quantized.onnx'])('names a missing %s and what to do', async (file) => {
    await rm(join(directory, file));
    await expect(checkModelFiles(directory)).rejects.toThrow(
      `${join(directory, file)} is missing. Restore it`,
    );
  });

  it('names a missing file that only the sums list', async () => {
    await writeSums(['golden-embeddings.json']);
    await expect(checkModelFiles(directory)).rejects.toThrow('golden-embeddings.json is missing');
  });

  it.each([...FILES, 'onnx/model_quantized.onnx'])('names a damaged %s and what to do', async (file) => {
    await writeSums([...FILES, 'onnx/model_quantized.onnx']);
    await writeFile(join(directory, file), `${file} `);
    await expect(checkModelFiles(directory)).rejects.toThrow(`${join(directory, file)} is damaged`);
    await expect(checkModelFiles(directory)).rejects.toThrow('Restore it');
  });
});
