import { Command, CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { confirmed } from '../../cli/confirmation';
import { UsageError } from '../../cli/exit-code';
import { wholeNumber } from '../../cli/whole-number';
import { removeUser } from '../../memory/user-removal';
import { userJson, usersText } from './account-text';
import { AccountsOpener } from './accounts-opener.service';

interface CreateOptions {
  readonly id?: number;
  readonly json?: boolean;
}

@SubCommand({
  name: 'create',
  arguments: '<name>',
  argsDescription: { name: 'unique; not a number' },
  description: 'Makes a user, who can then have keys.',
})
export class UsersCreateCommand extends CommandRunner {
  constructor(private readonly opener: AccountsOpener) {
    super();
  }

  override async run([name]: [string], { id, json }: CreateOptions): Promise<void> {
    const user = await this.opener.open(({ accounts }) => accounts.createUser(name, id));
    console.log(
      json
        ? JSON.stringify(userJson(user), undefined, 2)
        : `User ${user.id} is ${user.name}. A key for them: npm run cli -- keys create --user ${user.id}`,
    );
  }

  @Option({
    flags: '--id <number>',
    description: 'the id of memories that are there already, which become theirs (default: a new one)',
  })
  parseId(value: string): number {
    return wholeNumber('--id', value, Number.MAX_SAFE_INTEGER);
  }

  @Option({ flags: '--json', description: 'prints JSON' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
What was stored while nobody had to show a key is of user 1, unless calls named another: --id 1 names its owner.
Ends with 0, with 1 if the name or the id is taken, 2 if called wrongly, 3 if users cannot be read or written.

Examples:
  npm run cli -- users create ana
  npm run cli -- users create ana --id 1
  npm run --silent cli -- users create ana --json`;
  }
}

@SubCommand({ name: 'list', description: 'Lists the users by id.' })
export class UsersListCommand extends CommandRunner {
  constructor(private readonly opener: AccountsOpener) {
    super();
  }

  override async run(_none: string[], { json }: { readonly json?: boolean }): Promise<void> {
    const users = await this.opener.open(({ accounts }) => accounts.listUsers());
    console.log(json ? JSON.stringify({ users: users.map(userJson) }, undefined, 2) : usersText(users));
  }

  @Option({ flags: '--json', description: 'prints JSON' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
In PostgreSQL, those too whom their first memory made ("user-1").
Ends with 0, with 2 if called wrongly, 3 if users cannot be read.

Examples:
  npm run cli -- users list
  npm run --silent cli -- users list --json`;
  }
}

@SubCommand({
  name: 'delete',
  arguments: '<user>',
  argsDescription: { user: 'the name or the id' },
  description: 'Removes a user with every memory, vector, project and key. There is no way back.',
})
export class UsersDeleteCommand extends CommandRunner {
  constructor(private readonly opener: AccountsOpener) {
    super();
  }

  override async run([given]: [string], { yes, json }: DeleteOptions): Promise<void> {
    const removed = await this.opener.open(async ({ accounts, store, config }) => {
      const user = await accounts.getUser(given);
      const keys = (await accounts.listKeys(user.id)).length;
      const question = `Delete user ${user.id} (${user.name}) with every key of theirs (${keys}) and every memory?`;
      if (!yes && !(await confirmed(question)))
        throw new UsageError('Nothing was deleted. To delete without being asked, add --yes.');
      await removeUser({ config, store, say: (message) => process.stderr.write(`${message}\n`) }, user.id);
      return { user, keys };
    });
    const { user, keys } = removed;
    console.log(
      json
        ? JSON.stringify({ ...userJson(user), keys }, undefined, 2)
        : `User ${user.id} (${user.name}) is gone, with every key (${keys}) and every memory. Backups still have them.`,
    );
  }

  @Option({ flags: '--yes', description: 'does not ask' })
  parseYes(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'prints JSON' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Works while the service runs. Their keys are revoked first; once no instance takes them any more, the rest goes: in
PostgreSQL in one transaction. Files that migrations wrote (rejects, reports) and the directory of an earlier service
stay as they are.
Ends with 0, with 1 if there is no such user, 2 if called wrongly or not confirmed, 3 if something cannot be reached.

Examples:
  npm run cli -- users delete ana
  npm run cli -- users delete 7 --yes`;
  }
}

interface DeleteOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

@Command({
  name: 'users',
  description: 'Makes, lists and removes users.',
  subCommands: [UsersCreateCommand, UsersListCommand, UsersDeleteCommand],
})
export class UsersCommand extends CommandRunner {
  override async run(): Promise<void> {
    this.command.help({ error: true });
  }
}
