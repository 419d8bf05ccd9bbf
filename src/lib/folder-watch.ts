import { watch } from 'node:fs';

/**
 * Calls back when something changes in a folder, where the file system tells of it (inotify(7)); the returned function
 * ends it. Only a hint, beside looking now and then: on a network mount nobody tells, and a folder that was made anew is
 * not the one that is watched. Names that begin with a dot are being written and are nobody's news.
 */
export function watchFolder(dir: string, onChange: () => void): () => void {
  try {
    const watcher = watch(dir, { persistent: false }, (_event, name) => {
      if (!name?.startsWith('.')) onChange();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    // No such folder, or the system's number of watches is used up.
    return () => undefined;
  }
}
