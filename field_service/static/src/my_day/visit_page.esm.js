import {Component, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useDebounced} from "@web/core/utils/timing";
import {MyDayClock} from "./clock.esm";
import {MyDayPhotos} from "./photos.esm";
import {MyDayQuestion, TYPING_MS} from "./question.esm";
import {sectionRegistry} from "./registries.esm";
import {MyDaySheet} from "./sheet.esm";
import {MyDaySignature} from "./signature_pad.esm";

/** The button that was tapped rests for a moment: the next one takes its place. */
const REST_MS = 1200;

/** Two moments as "08:00 – 10:00". */
export function formatPeriod({start, stop}) {
    const {DateTime} = luxon;
    return [start, stop]
        .filter(Boolean)
        .map((time) => deserializeDateTime(time).toLocaleString(DateTime.TIME_SIMPLE))
        .join(" – ");
}

/** What is known of several facts, in one line. */
export function join(parts, separator = " · ") {
    return parts.filter(Boolean).join(separator);
}

export class MyDayVisitPage extends Component {
    static template = "field_service.MyDayVisitPage";
    static components = {MyDayClock, MyDayPhotos, MyDayQuestion, MyDaySheet, MyDaySignature};
    static props = {
        page: Object,
        setup: Object,
        offset: Number,
        refused: Array,
        report: Function,
        retry: Function,
        discard: Function,
    };

    setup() {
        this.state = useState({sheet: null, resting: false, note: null});
        this.form = useState({});
        this.keepNoteLater = useDebounced(() => this.keepNote(), TYPING_MS, {
            execBeforeUnmount: true,
        });
        this.formatPeriod = formatPeriod;
        this.join = join;
        this.report = (kind, payload) =>
            this.props.report(kind, this.props.page.id, payload);
    }

    get page() {
        return this.props.page;
    }

    get sections() {
        return sectionRegistry
            .getEntries()
            .map(([name, section]) => ({name, ...section}))
            .sort((one, other) => one.sequence - other.sequence);
    }

    // ------------------------------------------------------------------- display
    get stateLabel() {
        return this.props.setup.labels.state[this.page.state];
    }

    get resultLabel() {
        return this.props.setup.labels.result[this.page.result] || "";
    }

    get navigateUrl() {
        const {latitude, longitude, address, site} = this.page;
        const target = latitude ? `${latitude},${longitude}` : `${site} ${address}`.trim();
        const query = encodeURIComponent(target.replaceAll("\n", ", "));
        return `https://www.google.com/maps/dir/?api=1&destination=${query}`;
    }

    get phoneUrl() {
        return `tel:${this.page.phone.replace(/[^\d+*#]/g, "")}`;
    }

    get freePhotos() {
        return this.page.photos.filter((photo) => !photo.answer_id);
    }

    get questions() {
        return this.page.answers.filter((question) => question.is_asked);
    }

    get answered() {
        return this.questions.filter((question) => question.is_answered).length;
    }

    get refusedEvent() {
        return this.props.refused.find((action) => action.kind === "event");
    }

    formatDay(text) {
        return deserializeDateTime(text).toLocaleString({
            day: "numeric",
            month: "short",
            year: "numeric",
        });
    }

    // --------------------------------------------------------------------- steps
    /** What comes next, the likeliest first. */
    get steps() {
        const step = (type, label) => ({label, run: () => this.step({type})});
        const here = step("arrived", _t("I am here"));
        const finish = {label: _t("Finish"), run: () => this.open("finish")};
        const pause = {label: _t("Pause"), run: () => this.open("pause")};
        return (
            {
                planned: [step("travel_start", _t("On my way")), here],
                dispatched: [step("travel_start", _t("On my way")), here],
                acknowledged: [step("travel_start", _t("On my way")), here],
                travelling: [step("arrived", _t("Arrived"))],
                on_site: [step("work_start", _t("Start work")), finish],
                working: [finish, pause],
                paused: [step("resume", _t("Resume work")), finish],
            }[this.page.state] || []
        );
    }

    get canAnswerCall() {
        const waiting = ["planned", "dispatched", "acknowledged"];
        return this.page.may_answer && waiting.includes(this.page.state);
    }

    /** Reports an event; the next button waits, because a glove taps twice. */
    step(payload) {
        if (this.state.resting) {
            return;
        }
        this.state.sheet = null;
        this.state.resting = true;
        browser.setTimeout(() => (this.state.resting = false), REST_MS);
        browser.navigator.vibrate?.(40);
        this.report("event", payload);
    }

    // -------------------------------------------------------------------- sheets
    open(sheet, values = {}) {
        for (const name of Object.keys(this.form)) {
            delete this.form[name];
        }
        Object.assign(this.form, {reason: null, text: "", result: null, ...values});
        this.state.sheet = sheet;
    }

    get close() {
        return () => (this.state.sheet = null);
    }

    get results() {
        const {result} = this.props.setup.labels;
        const worked = ["working", "paused"].includes(this.page.state);
        return Object.entries(result).filter(([name]) => worked || name !== "solved");
    }

    /** Sections with something to settle before the problem is solved. */
    get openSections() {
        const solved = this.form.result === "solved";
        return solved ? this.sections.filter(({isOpen}) => isOpen?.(this.page)) : [];
    }

    get canFinish() {
        const {result, reason} = this.form;
        const explained = result !== "return_needed" || Boolean(reason);
        return Boolean(result) && explained && !this.openSections.length;
    }

    finish() {
        const {result, reason} = this.form;
        this.step({
            type: "work_end",
            result,
            ...(result === "return_needed" ? {return_reason_id: reason} : {}),
        });
    }

    /** Pauses or declines, with a reason. */
    stepBecause(type) {
        const {reason, text} = this.form;
        this.step({type, reason_id: reason, note: text});
    }

    onNoteInput(ev) {
        this.state.note = ev.target.value;
        this.keepNoteLater();
    }

    onNoteChange(ev) {
        this.state.note = ev.target.value;
        this.keepNote();
        this.state.note = null;
    }

    keepNote() {
        const {note} = this.state;
        if (note !== null && note.trim() !== this.page.note) {
            this.report("note", {note: note.trim()});
        }
    }

    onCode(name, ev) {
        this.form[name] = Number(ev.target.value) || null;
    }

    addFinding() {
        const {reasons} = this.props.setup;
        const codes = ["symptom", "cause", "remedy"].flatMap((kind) =>
            reasons[kind].filter((reason) => reason.id === this.form[`${kind}_id`])
        );
        const {text, symptom_id, cause_id, remedy_id} = this.form;
        const name = text.trim() || (codes[0] && codes[0].name);
        this.report("finding", {
            name,
            symptom_id,
            cause_id,
            remedy_id,
            codes: codes.map((reason) => reason.name),
        });
        this.state.sheet = null;
    }

    onSigned(payload) {
        this.report("signature", payload);
        this.state.sheet = null;
    }

    refuseSignature() {
        this.report("signature", {refusal_reason: this.form.text.trim()});
        this.state.sheet = null;
    }
}
