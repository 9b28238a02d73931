import type { ClientBase } from 'pg';
import type { TestDatabase } from './postgres-server';

/** One node of a plan as EXPLAIN (ANALYZE, FORMAT JSON) tells it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Heap Fetches'?: number;
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly PlanNode[];
}

/** The server explains what it runs, statements inside functions and foreign keys too, and tells the client. */
const SETTINGS = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_format': 'json',
  client_min_messages: 'log',
};

/** For connections that are made from now on. */
export async function explainEverything(database: TestDatabase): Promise<void> {
  const name = new URL(database.url).pathname.slice(1);
  for (const [setting, value] of Object.entries(SETTINGS))
    await database.query(`alter database ${name} set ${setting} = '${value}'`);
}

/** The nodes of every plan that was run on a connection for `work`, at least one. */
export async function explainedNodes(
  connection: ClientBase,
  work: () => Promise<unknown>,
): Promise<PlanNode[]> {
  const plans: PlanNode[] = [];
  const listen = ({ message }: { message?: string }) => {
    const json = /plan:\n([\s\S]*)$/.exec(message ?? '')?.[1];
    if (json) plans.push((JSON.parse(json) as { Plan: PlanNode }).Plan);
  };
  connection.on('notice', listen);
  await work();
  // A statement ends, and is explained, when the next one comes.
  await connection.query('select 1');
  connection.off('notice', listen);
  expect(plans.length).toBeGreaterThan(0);
  return plans.flatMap(flattened);
}

function flattened(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flattened)];
}

/** Node types and indexes by which the plans read our large tables. */
export function scans(nodes: readonly PlanNode[]): string[] {
  const scanned = nodes.filter((node) => /Scan$/.test(node['Node Type']));
  // A scan of bits names its index alone.
  const ours = scanned.filter((node) => /^memor/.test(node['Relation Name'] ?? node['Index Name'] ?? ''));
  return [
    ...new Set(ours.map((node) => `${node['Node Type']} ${node['Index Name'] ?? node['Relation Name']}`)),
  ];
}
