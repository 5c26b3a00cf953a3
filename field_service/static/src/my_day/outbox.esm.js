import {reactive} from "@odoo/owl";
import {uuid} from "@web/core/utils/strings";

const {DateTime} = luxon;

/** Reports that are sent together: not too many, and not too large for a bad network. */
const BATCH_COUNT = 25;
const BATCH_SIZE = 1500000;
const RETRY_MS = 15000;
/** A second tap within this time is the same tap. */
const DOUBLE_TAP_MS = 3000;

export function utcNow() {
    return DateTime.utc().toFormat("yyyy-MM-dd HH:mm:ss");
}

/**
 * What was tapped and has not arrived at the server yet.
 *
 * Each report is stored on the phone before it is sent, sent in order, and kept until the
 * server has said "done" or "duplicate". States of a report: `new`, `refused` (with the
 * server's sentence; waits for "Try again" or "Discard"), `blocked` (an earlier event of
 * the same visit was refused).
 */
export class Outbox {
    /**
     * @param {Object} options
     * @param {Object} options.store see PhoneStore
     * @param {Function} options.send gets reports, resolves to the server's answer
     * @param {Function} [options.onConfirmed] gets the answer before reports are dropped
     * @param {Function} [options.onChange] called when the number of reports changes
     */
    constructor({store, send, onConfirmed = () => {}, onChange = () => {}}) {
        Object.assign(this, {store, send, onConfirmed, onChange});
        this.state = reactive({actions: [], failure: "", sending: false, ready: false});
        this.sequence = 0;
        this.starting = null;
        this.stored = Promise.resolve();
    }

    /** Reads what the last page load has left, and begins to send. */
    start() {
        this.starting ||= this._start();
        return this.starting;
    }

    async _start() {
        const kept = await this.store.all("actions");
        this.state.actions = [...kept, ...this.state.actions].sort(
            (one, other) => one.seq - other.seq
        );
        this.state.ready = true;
        window.addEventListener("online", () => this.flush());
        document.addEventListener("visibilitychange", () => this.flush());
        setInterval(() => this.flush(), RETRY_MS);
        this.flush();
    }

    get unsent() {
        return this.state.actions.filter((action) => action.status !== "refused");
    }

    get refused() {
        return this.state.actions.filter((action) => action.status === "refused");
    }

    /**
     * Takes a report: shown at once, sent as soon as it is stored.
     *
     * @returns {Object|null} the report; null when it is the same tap again
     */
    async add(kind, visitId, payload = {}, position = null) {
        const now = Date.now();
        const action = {
            key: uuid(),
            seq: now * 1000 + (this.sequence++ % 1000),
            kind,
            visit_id: visitId,
            device_time: utcNow(),
            payload,
            status: "new",
            message: "",
        };
        if (this._isDoubleTap(action)) {
            return null;
        }
        this._replaceUnsent(action);
        this.state.actions.push(action);
        this.onChange(this.state.actions.length);
        await this._store(action);
        const where = position && (await position);
        // It may have been sent meanwhile; then it goes without its position.
        if (where && this._find(action.key)) {
            await this._store(Object.assign(this._find(action.key), where));
        }
        this.flush();
        return action;
    }

    _isDoubleTap(action) {
        if (action.kind !== "event") {
            return false;
        }
        const last = this.lastEvent;
        this.lastEvent = action;
        return (
            last &&
            last.visit_id === action.visit_id &&
            last.payload.type === action.payload.type &&
            action.seq - last.seq < DOUBLE_TAP_MS * 1000
        );
    }

    /** A new answer takes the place of one that has not been sent. */
    _replaceUnsent(action) {
        const subject = this._getSubject(action);
        if (!subject || this.state.sending) {
            return;
        }
        const old = this.state.actions.filter(
            (other) => this._getSubject(other) === subject
        );
        old.forEach((other) => this._drop(other.key));
    }

    _getSubject({kind, visit_id, payload}) {
        const subjects = {answer: payload.answer_id, note: "note", signature: "signature"};
        return kind in subjects && `${kind},${visit_id},${subjects[kind]}`;
    }

    /** Sends what can be sent, in order; what fails stays for the next time. */
    async flush() {
        if (this.state.sending || !this.state.ready) {
            // The network came back while a request was still dying.
            this.again = this.state.sending;
            return;
        }
        this.state.sending = true;
        this.again = false;
        try {
            for (;;) {
                const batch = this._getBatch();
                if (!batch.length) {
                    break;
                }
                await this._settle(await this.send(batch), batch);
                this.state.failure = "";
            }
        } catch (error) {
            this.state.failure = error.failure || "server";
        } finally {
            this.state.sending = false;
        }
        if (this.again && this.state.failure) {
            await this.flush();
        }
    }

    _getBatch() {
        const batch = [];
        const stuck = new Set(
            this.state.actions
                .filter(({kind, status}) => kind === "event" && status !== "new")
                .map((action) => action.visit_id)
        );
        let size = 0;
        for (const action of this.state.actions) {
            const waits = action.kind === "event" && stuck.has(action.visit_id);
            if (action.status !== "new" || waits) {
                continue;
            }
            size += JSON.stringify(action.payload).length;
            if (batch.length && (size > BATCH_SIZE || batch.length >= BATCH_COUNT)) {
                break;
            }
            batch.push({...action});
        }
        return batch;
    }

    async _settle(answer, batch) {
        const results = new Map(answer.results.map((result) => [result.key, result]));
        if (batch.some((action) => !results.has(action.key))) {
            throw new Error("The server did not answer every report");
        }
        // First the pages as they are now, then away with what has made them so.
        this.onConfirmed(answer);
        for (const {key} of batch) {
            const {status, message} = results.get(key);
            if (["done", "duplicate"].includes(status)) {
                this._drop(key);
            } else {
                const action = this._find(key);
                action.status = status === "refused" ? "refused" : "blocked";
                action.message = message;
                await this._store(action);
            }
        }
    }

    /** Sends a refused report again, and what has waited for it. */
    async retry(key) {
        const action = this._find(key);
        Object.assign(action, {status: "new", message: ""});
        await this._store(action);
        await this._unblock(action.visit_id);
    }

    /** Drops a refused report for good. */
    async discard(key) {
        const action = this._find(key);
        this._drop(key);
        await this._unblock(action.visit_id);
    }

    async _unblock(visitId) {
        for (const action of this.state.actions) {
            if (action.visit_id === visitId && action.status === "blocked") {
                action.status = "new";
                await this._store(action);
            }
        }
        this.flush();
    }

    _find(key) {
        return this.state.actions.find((action) => action.key === key);
    }

    _drop(key) {
        this.state.actions = this.state.actions.filter((action) => action.key !== key);
        this.onChange(this.state.actions.length);
        this._enqueue(() => this.store.remove("actions", key));
    }

    _store(action) {
        const copy = JSON.parse(JSON.stringify(action));
        return this._enqueue(() => this.store.put("actions", copy));
    }

    /** One after the other, so that a report dropped meanwhile does not come back. */
    _enqueue(work) {
        this.stored = this.stored.then(work, work);
        return this.stored;
    }
}
