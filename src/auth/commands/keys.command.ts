import { Command, CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../cli/exit-code';
import type { Scope } from '../scope';
import { parseExpiry, parseScopes } from './account-flags';
import { createdKeyText, keyJson, keysText } from './account-text';
import { AccountsOpener } from './accounts-opener.service';

interface CreateOptions {
  readonly user?: string;
  readonly name?: string;
  readonly project?: string;
  readonly scopes?: Scope[];
  readonly expires?: Date;
  readonly json?: boolean;
}

@SubCommand({ name: 'create', description: 'Makes a key of a user, and shows it this once.' })
export class KeysCreateCommand extends CommandRunner {
  constructor(private readonly opener: AccountsOpener) {
    super();
  }

  override async run(_none: string[], options: CreateOptions): Promise<void> {
    const { user: whose, name = 'key', project = null, scopes = ['read', 'write'] } = options;
    const { expires: expiresAt = null } = options;
    if (whose === undefined) throw new UsageError('Whose key? Add --user: "users list" shows who there is.');
    const made = await this.opener.open(async ({ accounts }) => {
      const user = await accounts.getUser(whose);
      return { user, ...(await accounts.createKey({ userId: user.id, name, project, scopes, expiresAt })) };
    });
    console.log(
      options.json
        ? JSON.stringify({ key: made.text, ...keyJson(made.key) }, undefined, 2)
        : createdKeyText(made, made.user),
    );
  }

  @Option({ flags: '--user <user>', description: 'name or id of the user it acts for (required)' })
  parseUser(value: string): string {
    return value;
  }

  @Option({ flags: '--name <name>', description: 'what it is for, for lists' })
  parseName(value: string): string {
    return value;
  }

  @Option({ flags: '--project <name>', description: 'the only project that it opens (default: all)' })
  parseProject(value: string): string {
    return value;
  }

  @Option({ flags: '--scopes <scopes>', description: 'of read, write and admin (default: read,write)' })
  parseScopes(value: string): Scope[] {
    return parseScopes(value);
  }

  @Option({ flags: '--expires <when>', description: 'in how many days (90d), or when (default: never)' })
  parseExpires(value: string): Date {
    return parseExpiry(value, new Date());
  }

  @Option({ flags: '--json', description: 'prints JSON, the key in its field "key"' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Takes effect at once, while the service runs.
Ends with 0, with 1 if there is no such user, 2 if called wrongly, 3 if keys cannot be read or written.

Examples:
  npm run cli -- keys create --user ana
  npm run cli -- keys create --user ana --name phone --project "Kitchen garden" --scopes read --expires 90d
  npm run cli -- keys create --user ana --name prometheus --scopes admin
  npm run --silent cli -- keys create --user ana --json | jq -r .key`;
  }
}

interface ListOptions {
  readonly user?: string;
  readonly json?: boolean;
}

@SubCommand({ name: 'list', description: 'Lists keys, the oldest first, but not what opens the door.' })
export class KeysListCommand extends CommandRunner {
  constructor(private readonly opener: AccountsOpener) {
    super();
  }

  override async run(_none: string[], { user, json }: ListOptions): Promise<void> {
    const text = await this.opener.open(async ({ accounts }) => {
      const keys = await accounts.listKeys(
        user === undefined ? undefined : (await accounts.getUser(user)).id,
      );
      if (json) return JSON.stringify({ keys: keys.map(keyJson) }, undefined, 2);
      return keysText(keys, await accounts.listUsers(), new Date());
    });
    console.log(text);
  }

  @Option({ flags: '--user <user>', description: 'name or id of the user whose keys (default: everybody)' })
  parseUser(value: string): string {
    return value;
  }

  @Option({ flags: '--json', description: 'prints JSON' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Ends with 0, with 1 if there is no such user, 2 if called wrongly, 3 if keys cannot be read.

Examples:
  npm run cli -- keys list
  npm run --silent cli -- keys list --user ana --json`;
  }
}

@SubCommand({
  name: 'revoke',
  arguments: '<prefix>',
  argsDescription: { prefix: 'of the key, as "keys list" shows it' },
  description: 'Revokes a key for good: within five seconds every instance refuses it.',
})
export class KeysRevokeCommand extends CommandRunner {
  constructor(private readonly opener: AccountsOpener) {
    super();
  }

  override async run([prefix]: [string], { json }: { readonly json?: boolean }): Promise<void> {
    const { key, wasGood } = await this.opener.open(({ accounts }) => accounts.revokeKey(prefix));
    const text = wasGood
      ? `Key ${key.prefix} is revoked. Within five seconds every instance refuses it.`
      : `Key ${key.prefix} was good no more already.`;
    console.log(json ? JSON.stringify(keyJson(key), undefined, 2) : text);
  }

  @Option({ flags: '--json', description: 'prints JSON' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Ends with 0, with 1 if there is no such key, 2 if called wrongly, 3 if keys cannot be read or written.

Examples:
  npm run cli -- keys revoke q3k7x2m9p4ab`;
  }
}

@Command({
  name: 'keys',
  description: 'Makes, lists and revokes the keys of users.',
  subCommands: [KeysCreateCommand, KeysListCommand, KeysRevokeCommand],
})
export class KeysCommand extends CommandRunner {
  override async run(): Promise<void> {
    this.command.help({ error: true });
  }
}
