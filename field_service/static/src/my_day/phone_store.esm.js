const TABLES = ["actions", "cache"];

/**
 * Keeps values over a reload of the page, in IndexedDB.
 *
 * Where that is not possible (a private window), values are kept in memory, and
 * `persistent` says so.
 */
export class PhoneStore {
    constructor(name) {
        this.name = name;
        this.persistent = true;
        this.memory = Object.fromEntries(TABLES.map((table) => [table, new Map()]));
        this.opening = null;
    }

    /** All values of a table. */
    async all(table) {
        const values = await this._run(table, "readonly", (rows) => rows.getAll());
        return values || [...this.memory[table].values()];
    }

    /** One value; undefined when there is none. */
    async get(table, key) {
        const value = await this._run(table, "readonly", (rows) => rows.get(key));
        return value || this.memory[table].get(key);
    }

    /** Keeps a value that has a `key`. */
    async put(table, value) {
        const done = await this._run(table, "readwrite", (rows) => rows.put(value));
        if (done === undefined) {
            this.memory[table].set(value.key, value);
        }
    }

    async remove(table, key) {
        this.memory[table].delete(key);
        await this._run(table, "readwrite", (rows) => rows.delete(key));
    }

    _open() {
        this.opening ||= new Promise((resolve) => {
            const giveUp = () => {
                this.persistent = false;
                resolve(null);
            };
            try {
                const request = window.indexedDB.open(this.name, 1);
                request.onupgradeneeded = () => {
                    for (const table of TABLES) {
                        request.result.createObjectStore(table, {keyPath: "key"});
                    }
                };
                request.onsuccess = () => resolve(request.result);
                request.onerror = giveUp;
            } catch {
                giveUp();
            }
        });
        return this.opening;
    }

    /** Runs one request; resolves when it is really stored, undefined when it is not. */
    async _run(table, mode, work) {
        const db = await this._open();
        if (!db) {
            return undefined;
        }
        return new Promise((resolve) => {
            const transaction = db.transaction(table, mode);
            const request = work(transaction.objectStore(table));
            transaction.oncomplete = () => resolve(request.result);
            // The phone is full: go on in memory rather than lose what was tapped.
            transaction.onerror = transaction.onabort = () => {
                this.persistent = false;
                resolve(undefined);
            };
        });
    }
}
