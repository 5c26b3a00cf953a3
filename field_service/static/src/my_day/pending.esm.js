import {_t} from "@web/core/l10n/translation";
import {localization} from "@web/core/l10n/localization";
import {kindRegistry, missingRegistry} from "./registries.esm";

const NAMED_QUESTIONS = 5;

kindRegistry.add("event", {
    apply(page, {payload, device_time}, setup) {
        page.state = setup.event_states[payload.type] || page.state;
        page.result = payload.result || page.result;
        page.return_reason_id = payload.return_reason_id || page.return_reason_id;
        page.events.push({type: payload.type, time: device_time, pending: true});
    },
    label: ({payload}, setup) =>
        payload.type === "resume"
            ? _t("Resumed")
            : setup.labels.state[setup.event_states[payload.type]],
});
kindRegistry.add("answer", {
    apply(page, {payload}) {
        const question = page.answers.find((line) => line.id === payload.answer_id);
        if (question) {
            question.value = payload.value;
            question.asset_id = payload.asset_id || question.asset_id;
            question.pending = true;
            question.is_answered = isAnswered(question, page);
            question.is_out_of_range = isOutOfRange(question);
        }
    },
    label: ({payload}) => payload.question || _t("Answer"),
});
kindRegistry.add("photo", {
    apply(page, {key, payload}) {
        const question = page.answers.find((line) => line.id === payload.answer_id);
        const tag = payload.tag || (question && question.photo_tag) || "other";
        page.photos.push({...payload, id: key, tag, pending: true});
        if (question) {
            question.is_answered = isAnswered(question, page);
        }
    },
    label: () => _t("Photo"),
});
kindRegistry.add("finding", {
    apply(page, {key, payload}) {
        page.findings.push({
            id: key,
            name: payload.name,
            state: "open",
            measured: "",
            codes: payload.codes || [],
            pending: true,
        });
    },
    label: () => _t("Finding"),
});
kindRegistry.add("note", {
    apply(page, {payload}) {
        page.note = payload.note;
    },
    label: () => _t("Work done"),
});
kindRegistry.add("signature", {
    apply(page, {payload, device_time}) {
        page.signature_refused = Boolean(payload.refusal_reason);
        page.refusal_reason = payload.refusal_reason || "";
        page.signed_by = payload.signed_by || "";
        page.signed_on = payload.signature ? device_time : false;
    },
    label: () => _t("Signature"),
});

/** The page of a visit with what has been reported on this phone and not sent yet. */
export function withPending(page, actions, setup) {
    const mine = actions.filter(
        (action) => action.visit_id === page.id && action.status === "new"
    );
    const result = {
        ...page,
        events: [...page.events],
        answers: page.answers.map((question) => ({...question})),
        photos: [...page.photos],
        findings: [...page.findings],
        pending: mine.length,
    };
    for (const action of mine) {
        kindRegistry.get(action.kind, null)?.apply(result, action, setup);
    }
    for (const question of result.answers) {
        question.is_asked = isAsked(question, result.answers);
    }
    result.missing = getMissing(result);
    return result;
}

/** The number a person has typed, or null; as the server reads it. */
export function parseNumber(text) {
    let number = String(text).replace(/\s/g, "").replace("\u2212", "-");
    const escape = (sign) => (sign || "").trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const group = escape(localization.thousandsSep);
    const point = escape(localization.decimalPoint || ".");
    if (
        group &&
        new RegExp(`^[-+]?[1-9]\\d{0,2}(${group}\\d{3})+(${point}\\d*)?$`).test(number)
    ) {
        number = number.replaceAll(localization.thousandsSep.trim(), "");
    }
    number = number.replaceAll(",", ".");
    return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(number) ? Number(number) : null;
}

export function isAnswered(question, page) {
    if (question.type === "photo") {
        const photos = page.photos.filter((photo) => photo.answer_id === question.id);
        return photos.length >= question.photo_count;
    }
    if (question.type === "reading" && page.assets.length && !question.asset_id) {
        return false;
    }
    return Boolean(question.value) && String(question.value).trim() !== "";
}

export function isOutOfRange({type, value, expected, options, limits, minimum, maximum}) {
    if (type === "yes_no") {
        return Boolean(expected) && ["yes", "no"].includes(value) && value !== expected;
    }
    if (type === "choice") {
        return options.some((option) => option.id === value && option.defect);
    }
    const number = ["number", "reading"].includes(type) && value ? parseNumber(value) : null;
    if (number === null) {
        return false;
    }
    return (
        (["minimum", "between"].includes(limits) && number < minimum) ||
        (["maximum", "between"].includes(limits) && number > maximum)
    );
}

/** Whether an earlier answer lets the question be asked; as the server decides it. */
export function isAsked(question, questions) {
    const other = questions.find(({id}) => id === question.condition_answer_id);
    if (!other) {
        return true;
    }
    const met = {
        option: other.value && other.value === question.condition_option_id,
        out_of_range: other.is_out_of_range,
    };
    const {condition} = question;
    const holds = condition in met ? met[condition] : other.value === condition;
    return Boolean(holds) && isAsked(other, questions);
}

/** Mandatory questions that are asked and not answered. */
function getOpenQuestions(page) {
    return page.answers.filter(
        (question) => question.mandatory && question.is_asked && !question.is_answered
    );
}

/** What keeps the order open: the server's words, less what was reported meanwhile. */
function getMissing(page) {
    if (!page.pending) {
        return page.missing;
    }
    const codes = new Set(page.missing.map((line) => line.code));
    const lines = page.missing.filter((line) => line.code === "other");
    const open = getOpenQuestions(page);
    if (codes.has("answers") && open.length) {
        const names = open.slice(0, NAMED_QUESTIONS).map((line) => line.name);
        lines.push({
            code: "answers",
            text: _t("Still to answer (%(count)s): %(questions)s", {
                count: open.length,
                questions: names.join(", "),
            }),
        });
    }
    const tags = new Set(page.photos.map((photo) => photo.tag));
    if (codes.has("photos") && !tags.has("before")) {
        lines.push({
            code: "photos",
            text: _t("A photo from before the work is missing."),
        });
    }
    if (codes.has("photos") && !tags.has("after")) {
        lines.push({code: "photos", text: _t("A photo from after the work is missing.")});
    }
    if (codes.has("signature") && !page.signed_on && !page.signature_refused) {
        lines.push(...page.missing.filter((line) => line.code === "signature"));
    }
    for (const [code, getLines] of missingRegistry.getEntries()) {
        lines.push(...(codes.has(code) ? getLines(page) : []));
    }
    return lines;
}

/** How many documents are still to be made. */
export function countOpenDocuments(page) {
    const open = getOpenQuestions(page);
    const others = page.missing.filter((line) =>
        ["photos", "signature"].includes(line.code)
    );
    return page.editable ? open.length + others.length : 0;
}

/**
 * What goes on, since when, and how long it has been worked.
 *
 * @param {Object} page
 * @param {Object} phases {type of event: phase that begins}
 * @param {Number} now milliseconds
 */
export function getClock(page, phases, now) {
    let phase = null;
    let since = 0;
    const totals = {travel: 0, wait: 0, work: 0, pause: 0};
    for (const event of page.events) {
        if (!(event.type in phases)) {
            continue;
        }
        const time = luxon.DateTime.fromSQL(event.time, {zone: "utc"}).toMillis();
        if (phase) {
            totals[phase] += time - since;
        }
        phase = phases[event.type];
        since = time;
    }
    if (phase) {
        totals[phase] += Math.max(0, now - since);
    }
    return {phase, elapsed: phase ? Math.max(0, now - since) : 0, totals};
}
