import { ForwardingBackend } from '../forwarding-backend';
import type { MemoryBackend } from '../memory-backend';
import type { CurrentCaller } from './current-caller';
import { ProjectBackend } from './project-backend';

/** What of a backend is open to whoever calls: all of a user's memories, or those in the project of their key. */
export class CallersBackend extends ForwardingBackend {
  constructor(
    private readonly backend: MemoryBackend,
    private readonly current: CurrentCaller,
  ) {
    super();
  }

  protected override get target(): MemoryBackend {
    const { project } = this.current;
    return project === undefined ? this.backend : new ProjectBackend(this.backend, project);
  }
}
