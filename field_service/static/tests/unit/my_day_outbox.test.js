import {Outbox} from "@field_service/my_day/outbox.esm";
import {
    getClock,
    isOutOfRange,
    parseNumber,
    withPending,
} from "@field_service/my_day/pending.esm";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {allowTranslations, patchWithCleanup} from "@web/../tests/web_test_helpers";
import {localization} from "@web/core/l10n/localization";

describe.current.tags("headless");

beforeEach(() => {
    allowTranslations();
    patchWithCleanup(localization, {decimalPoint: ".", thousandsSep: ","});
});

/** A phone's memory that outlives the outbox, as a reload of the page does. */
class Memory {
    rows = new Map();

    async all() {
        return [...this.rows.values()];
    }

    async put(table, value) {
        this.rows.set(value.key, value);
    }

    async remove(table, key) {
        this.rows.delete(key);
    }
}

/** A server that can be away, forgets no key, and refuses what it is told to. */
class Server {
    online = true;
    refuse = new Set();
    done = [];

    async send(actions) {
        if (!this.online) {
            throw Object.assign(new Error("gone"), {failure: "offline"});
        }
        const stuck = new Set();
        const results = actions.map(({key, kind, visit_id, payload}) => {
            if (kind === "event" && stuck.has(visit_id)) {
                return {key, status: "waiting", message: ""};
            }
            if (this.refuse.has(payload.type)) {
                stuck.add(visit_id);
                return {key, status: "refused", message: "No."};
            }
            this.done.push(payload.type || payload.value);
            return {key, status: "done", message: ""};
        });
        return {results, visits: []};
    }
}

async function makeOutbox(server, store = new Memory()) {
    const outbox = new Outbox({store, send: (actions) => server.send(actions)});
    outbox.state.actions = await store.all();
    outbox.state.ready = true;
    return outbox;
}

test("what is tapped without a network survives a reload and arrives in order", async () => {
    const server = new Server();
    const store = new Memory();
    server.online = false;
    const outbox = await makeOutbox(server, store);
    await outbox.add("event", 1, {type: "travel_start"});
    await outbox.add("event", 1, {type: "arrived"});
    await outbox.flush();
    expect(outbox.state.failure).toBe("offline");
    expect(server.done).toEqual([]);

    const reloaded = await makeOutbox(server, store);
    expect(reloaded.unsent.length).toBe(2);
    server.online = true;
    await reloaded.flush();
    await reloaded.stored;
    expect(server.done).toEqual(["travel_start", "arrived"]);
    expect(reloaded.state.failure).toBe("");
    expect(store.rows.size).toBe(0);
});

test("a double tap counts once", async () => {
    const server = new Server();
    const outbox = await makeOutbox(server);
    const [first, second] = await Promise.all([
        outbox.add("event", 1, {type: "arrived"}),
        outbox.add("event", 1, {type: "arrived"}),
    ]);
    await outbox.flush();
    expect(Boolean(first)).toBe(true);
    expect(second).toBe(null);
    expect(server.done).toEqual(["arrived"]);
});

test("a new answer takes the place of one that was not sent", async () => {
    const server = new Server();
    server.online = false;
    const outbox = await makeOutbox(server);
    await outbox.add("answer", 1, {answer_id: 7, value: "1"});
    await outbox.flush();
    await outbox.add("answer", 1, {answer_id: 7, value: "2"});
    await outbox.add("answer", 1, {answer_id: 8, value: "3"});
    expect(outbox.unsent.length).toBe(2);
    server.online = true;
    await outbox.flush();
    expect(server.done).toEqual(["2", "3"]);
});

test("after a refusal the visit waits, other visits go on", async () => {
    const server = new Server();
    server.online = false;
    server.refuse.add("work_start");
    const outbox = await makeOutbox(server);
    await outbox.add("event", 1, {type: "work_start"});
    await outbox.add("event", 1, {type: "work_end"});
    await outbox.add("event", 2, {type: "arrived"});
    server.online = true;
    await outbox.flush();
    expect(server.done).toEqual(["arrived"]);
    expect(outbox.state.actions.map(({status}) => status)).toEqual(["refused", "blocked"]);
    expect(outbox.refused[0].message).toBe("No.");

    await outbox.retry(outbox.refused[0].key);
    await outbox.flush();
    expect(server.done).toEqual(["arrived"]);
    server.refuse.clear();
    await outbox.retry(outbox.refused[0].key);
    await outbox.flush();
    expect(server.done).toEqual(["arrived", "work_start", "work_end"]);
    expect(outbox.state.actions.length).toBe(0);
});

test("discarding a refused report lets the rest go", async () => {
    const server = new Server();
    server.online = false;
    server.refuse.add("pause");
    const outbox = await makeOutbox(server);
    await outbox.add("event", 1, {type: "pause"});
    await outbox.add("event", 1, {type: "work_end"});
    server.online = true;
    await outbox.flush();
    await outbox.discard(outbox.refused[0].key);
    await outbox.flush();
    expect(server.done).toEqual(["work_end"]);
    expect(outbox.state.actions.length).toBe(0);
});

test("numbers are read as the server reads them", () => {
    expect(parseNumber("1,200.5")).toBe(1200.5);
    expect(parseNumber("2,5")).toBe(2.5);
    expect(parseNumber("-.5")).toBe(-0.5);
    expect(parseNumber("0")).toBe(0);
    expect(parseNumber("about 5")).toBe(null);
    const question = {type: "number", limits: "between", minimum: 2, maximum: 4};
    expect(isOutOfRange({...question, value: "4"})).toBe(false);
    expect(isOutOfRange({...question, value: "4.1"})).toBe(true);
    expect(isOutOfRange({...question, value: ""})).toBe(false);
    expect(isOutOfRange({type: "yes_no", expected: "yes", value: "na"})).toBe(false);
});

test("the clock adds up what was worked, pauses left out", () => {
    const phases = {work_start: "work", resume: "work", pause: "pause", work_end: null};
    const events = [
        {type: "work_start", time: "2026-01-05 08:00:00"},
        {type: "pause", time: "2026-01-05 09:00:00"},
        {type: "resume", time: "2026-01-05 09:15:00"},
    ];
    const clock = getClock({events}, phases, Date.UTC(2026, 0, 5, 10, 0, 0));
    expect(clock.phase).toBe("work");
    expect(clock.elapsed).toBe(45 * 60000);
    expect(clock.totals.work).toBe(105 * 60000);
});

test("an answer that is not sent yet decides what else is asked", () => {
    const question = {type: "yes_no", mandatory: true, options: [], limits: "none"};
    const page = {
        id: 1,
        state: "working",
        events: [],
        photos: [],
        findings: [],
        assets: [],
        missing: [{code: "answers", text: "The technician must answer: Leaks."}],
        answers: [
            {...question, id: 7, name: "Leaks", value: false, is_answered: false},
            {
                ...question,
                id: 8,
                name: "Where",
                type: "text",
                condition: "yes",
                condition_answer_id: 7,
                value: "",
                is_answered: false,
            },
        ],
    };
    const shown = (value) => {
        const payload = {answer_id: 7, value};
        const action = {kind: "answer", visit_id: 1, status: "new", payload};
        return withPending(page, [action], {});
    };
    const {answers} = withPending(page, [], {});
    expect(answers.map(({is_asked}) => is_asked)).toEqual([true, false]);
    expect(shown("yes").answers[1].is_asked).toBe(true);
    expect(shown("yes").missing.map(({code}) => code)).toEqual(["answers"]);
    expect(shown("no").answers[1].is_asked).toBe(false);
    expect(shown("no").missing).toEqual([]);
    expect(page.answers[0].value).toBe(false);
});
