import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AskedConversation } from './answers';
import { askService } from './ask-service';
import { drawAnswers } from './draw-answers';

const CONVERSATION = join(__dirname, 'conversation.json');
const ANSWERS = join(__dirname, 'answers.json');
const PICTURE = resolve(__dirname, '../../docs/images/search.svg');

/** `npm run docs:picture`: asks the built service and draws what it answers. */
async function main(): Promise<void> {
  const conversation = JSON.parse(readFileSync(CONVERSATION, 'utf8')) as AskedConversation;
  const answers = await askService(conversation);
  writeFileSync(ANSWERS, `${JSON.stringify(answers, null, 2)}\n`);
  writeFileSync(PICTURE, drawAnswers(answers));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
