import { Injectable } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { APP_CONFIG, AppConfig } from '../../config/app-config';
import { ConfigModule } from '../../config/config.module';
import { openKeyStoreAlone } from '../../memory/key-stores';
import { Accounts } from '../accounts';
import type { KeyStore } from '../key-store';

/** What a command works with. */
export interface OpenAccounts {
  readonly accounts: Accounts;
  readonly store: KeyStore;
  readonly config: AppConfig;
}

/** Opens the users and keys of the configuration for as long as a command takes. */
@Injectable()
export class AccountsOpener {
  constructor(private readonly modules: LazyModuleLoader) {}

  async open<T>(work: (open: OpenAccounts) => Promise<T>): Promise<T> {
    const module = await this.modules.load(() => ConfigModule);
    const config = module.get<AppConfig>(APP_CONFIG);
    const store = openKeyStoreAlone(config, (message) => process.stderr.write(`${message}\n`));
    try {
      return await work({ accounts: new Accounts(store, () => new Date()), store, config });
    } finally {
      await store.close();
    }
  }
}
