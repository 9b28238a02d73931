import { DomainError } from '../common/domain.error';

/** Nobody can tell who calls. */
export abstract class UnauthorizedError extends DomainError {
  readonly kind = 'unauthorized';
  /** Value of the header `WWW-Authenticate` (RFC 6750). */
  abstract readonly challenge: string;
}

export class MissingKeyError extends UnauthorizedError {
  readonly code = 'missing_key';
  readonly challenge = 'Bearer realm="wisdom-memory"';

  constructor() {
    super('This service takes a key with every call: send the header "Authorization: Bearer wm_...".');
  }
}

/** What was sent is no key, is nobody's, or is no longer. */
export class InvalidKeyError extends UnauthorizedError {
  readonly challenge = 'Bearer realm="wisdom-memory", error="invalid_token"';

  private constructor(
    readonly code: 'invalid_key' | 'expired_key' | 'revoked_key',
    message: string,
  ) {
    super(message);
  }

  static unknown(): InvalidKeyError {
    return new InvalidKeyError('invalid_key', 'This key is not valid. Check that it was copied whole.');
  }

  static expired(at: Date): InvalidKeyError {
    return new InvalidKeyError('expired_key', `This key expired at ${at.toISOString()}: ask for another.`);
  }

  static revoked(at: Date): InvalidKeyError {
    return new InvalidKeyError(
      'revoked_key',
      `This key was revoked at ${at.toISOString()}: ask for another.`,
    );
  }
}

/** Too many keys that nobody has were tried from one address. Not looked up, this one may be good. */
export class TooManyUnknownKeysError extends DomainError {
  readonly code = 'too_many_unknown_keys';
  readonly kind = 'too-many';

  constructor(
    limit: number,
    override readonly retryAfter: number,
  ) {
    super(
      `More than ${limit} keys a minute that nobody has came from this address. Try again in ${retryAfter} s.`,
    );
  }
}

/** Whether a key is good cannot be told now. */
export class KeysUnavailableError extends DomainError {
  readonly code = 'keys_unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfter = 5;

  constructor(options: ErrorOptions) {
    super('Keys cannot be checked at the moment: try again.', options);
  }
}

/** The key is good, but not for this. */
export abstract class ForbiddenError extends DomainError {
  readonly kind = 'forbidden';
}

export class OtherUserError extends ForbiddenError {
  readonly code = 'other_user';

  constructor() {
    super('This key acts for its own user only: leave user_id out.');
  }
}

export class OtherProjectError extends ForbiddenError {
  readonly code = 'other_project';

  constructor(message = 'This key acts in its own project only: leave project and project_id out.') {
    super(message);
  }

  /** What is stored under it would replace a memory of another project. */
  static ofExternalId(externalId: string): OtherProjectError {
    return new OtherProjectError(
      `This key acts in its own project only, and the external_id ${JSON.stringify(externalId)} has a memory outside of it: take another.`,
    );
  }
}

export class MissingScopeError extends ForbiddenError {
  readonly code = 'missing_scope';

  constructor(missing: readonly string[]) {
    super(`This call takes a key with the scope ${missing.join(' and ')}.`);
  }
}

export class UserExistsError extends DomainError {
  readonly code = 'user_exists';
  readonly kind = 'conflict';

  static ofName(name: string): UserExistsError {
    return new UserExistsError(`There is a user ${JSON.stringify(name)} already: take another name.`);
  }

  static ofId(id: number): UserExistsError {
    return new UserExistsError(`User ${id} has a name already: "users list" shows it.`);
  }

  static leaving(id: number): UserExistsError {
    return new UserExistsError(
      `The memories of an earlier user ${id} are still being removed: try again later.`,
    );
  }
}

export class UserNotFoundError extends DomainError {
  readonly code = 'user_not_found';
  readonly kind = 'not-found';

  constructor(user: number | string) {
    super(`There is no user ${JSON.stringify(user)}: "users list" shows those that there are.`);
  }
}

export class KeyNotFoundError extends DomainError {
  readonly code = 'key_not_found';
  readonly kind = 'not-found';

  constructor(prefix: string) {
    super(`There is no key ${JSON.stringify(prefix)}: "keys list" shows those that there are.`);
  }
}

/** What a user or a key is to be cannot be. */
export class InvalidAccountError extends DomainError {
  readonly code = 'invalid_account';
  readonly kind = 'invalid';
}
