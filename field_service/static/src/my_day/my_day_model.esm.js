import {reactive} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {ConnectionLostError, rpc} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {session} from "@web/session";
import {Outbox, utcNow} from "./outbox.esm";
import {PhoneStore} from "./phone_store.esm";

const {DateTime} = luxon;
const MODEL = "field.service.my.day";
const TIMEOUT_MS = 90000;
const POSITION_MS = 4000;
const KEPT_DAYS = 3;
/** Below this, the difference of clocks is the way through the network. */
const CLOCK_TOLERANCE_MS = 600000;

/** Calls the server; rejects with a `failure`: "offline", "session" or "server". */
async function call(method, args, kwargs = {}) {
    const url = `/web/dataset/call_kw/${MODEL}/${method}`;
    const context = {...user.context, tz: DateTime.local().zoneName};
    const params = {model: MODEL, method, args, kwargs: {...kwargs, context}};
    const request = rpc(url, params, {silent: true});
    let timer = null;
    const timeout = new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(new ConnectionLostError(url)), TIMEOUT_MS);
    });
    try {
        return await Promise.race([request, timeout]);
    } catch (error) {
        request.abort?.(false);
        throw Object.assign(error, {failure: getFailure(error)});
    } finally {
        clearTimeout(timer);
    }
}

function getFailure(error) {
    if (error instanceof ConnectionLostError) {
        return "offline";
    }
    return `${error.exceptionName}`.includes("SessionExpired") ? "session" : "server";
}

/** A day as it was last seen, and the outbox that goes with it. */
export class MyDayModel {
    constructor() {
        const name = `field_service_${session.db}_${user.userId}`;
        this.flag = `${name}_unsent`;
        this.store = new PhoneStore(name);
        this.state = reactive({
            date: null,
            pages: [],
            setup: null,
            seen: null,
            loading: false,
            failure: "",
            offset: 0,
        });
        this.outbox = new Outbox({
            store: this.store,
            send: (actions) => this._send(actions),
            onConfirmed: (answer) => this._merge(answer),
            onChange: (count) => this._flagUnsent(count),
        });
        this.version = 0;
    }

    /** Whether something is waiting since the last page load. */
    get hasUnsent() {
        return browser.localStorage.getItem(this.flag) !== null;
    }

    _flagUnsent(count) {
        if (count) {
            browser.localStorage.setItem(this.flag, count);
        } else {
            browser.localStorage.removeItem(this.flag);
        }
    }

    async start() {
        browser.navigator.storage?.persist?.();
        await this.outbox.start();
    }

    /** Shows a day: at once what is known of it, then what the server says. */
    async load(date) {
        if (this.state.date !== date) {
            const known = await this.store.get("cache", date);
            Object.assign(this.state, {
                date,
                pages: known?.visits || [],
                setup: known?.setup || this.state.setup,
                seen: known?.seen || null,
            });
        }
        const version = ++this.version;
        Object.assign(this.state, {loading: true, failure: ""});
        try {
            const answer = await call("get_my_day", [date]);
            // What was confirmed meanwhile is newer than this answer.
            if (version === this.version && this.state.date === date) {
                this.state.pages = answer.visits;
                this.state.setup = answer.setup;
                this._setNow(answer.now);
                await this._remember();
            }
        } catch (error) {
            this.state.failure = error.failure;
        } finally {
            this.state.loading = false;
        }
    }

    _setNow(now) {
        this.state.seen = now;
        const offset = DateTime.fromSQL(now, {zone: "utc"}).toMillis() - Date.now();
        this.state.offset = Math.abs(offset) > CLOCK_TOLERANCE_MS ? offset : 0;
    }

    async _remember() {
        const {date, pages, setup, seen} = this.state;
        const day = {key: date, visits: pages, setup, seen};
        await this.store.put("cache", JSON.parse(JSON.stringify(day)));
        const oldest = DateTime.local().minus({days: KEPT_DAYS}).toISODate();
        for (const {key} of await this.store.all("cache")) {
            if (key < oldest) {
                await this.store.remove("cache", key);
            }
        }
    }

    /** Takes over the visits as they are after reports were applied. */
    _merge(answer) {
        const fresh = new Map(answer.visits.map((page) => [page.id, page]));
        this.version++;
        this.state.pages = this.state.pages.map((page) => fresh.get(page.id) || page);
        Object.assign(this.state.setup || {}, answer.setup);
        this._setNow(answer.now);
        if (this.state.date) {
            this._remember();
        }
    }

    async _send(actions) {
        const reports = actions.map(({seq, status, message, ...report}) => report);
        return call("apply_actions", [reports], {device_now: utcNow()});
    }

    /** Asks the server something that is not kept; rejects when nobody answers. */
    ask(method, ...args) {
        return call(method, args);
    }

    /** Reports something: kept on the phone, shown at once, sent as soon as possible. */
    report(kind, visitId, payload) {
        const position = kind === "event" ? this._getPosition() : null;
        return this.outbox.add(kind, visitId, payload, position);
    }

    _getPosition() {
        const geolocation = browser.navigator.geolocation;
        if (!this.state.setup?.track_position || !geolocation) {
            return null;
        }
        return new Promise((resolve) => {
            setTimeout(() => resolve(null), POSITION_MS);
            geolocation.getCurrentPosition(
                ({coords: {latitude, longitude, accuracy}}) =>
                    resolve({latitude, longitude, accuracy}),
                () => resolve(null),
                {enableHighAccuracy: true, timeout: POSITION_MS, maximumAge: 60000}
            );
        });
    }
}

registry.category("services").add("field_service_my_day", {
    start() {
        const model = new MyDayModel();
        // Whatever page is loaded first, what was tapped is sent.
        if (model.hasUnsent) {
            model.start();
        }
        return model;
    },
});
