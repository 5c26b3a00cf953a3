import {Component, onWillStart, onWillUnmount, useExternalListener, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {countOpenDocuments, withPending} from "./pending.esm";
import {kindRegistry} from "./registries.esm";
import {MyDaySheet} from "./sheet.esm";
import {loadSignaturePad} from "./signature_pad.esm";
import {MyDayVisitPage, formatPeriod, join} from "./visit_page.esm";

const {DateTime} = luxon;
const MEMORY = "field_service_my_day";
/** What was seen longer ago is asked for again when the phone is taken up. */
const STALE_MS = 120000;

let mounted = 0;
// Back to a page of ours from another one: the router was told not to care.
window.addEventListener("popstate", (ev) => {
    if (ev.state?.fieldServiceMyDay && !mounted) {
        browser.location.reload();
    }
});

export class MyDay extends Component {
    static template = "field_service.MyDay";
    static components = {MyDaySheet, MyDayVisitPage};
    static props = {...standardActionServiceProps};

    setup() {
        this.model = useService("field_service_my_day");
        this.day = useState(this.model.state);
        this.outbox = useState(this.model.outbox.state);
        this.state = useState({visitId: null, showOutbox: false});
        this.countOpenDocuments = countOpenDocuments;
        this.formatPeriod = formatPeriod;
        this.join = join;
        this.failures = {
            offline: _t("No connection. What you tap is kept and sent later."),
            session: _t("You are logged out. Log in again: nothing is lost."),
            server: _t("The server has a problem. What you tap is kept and sent later."),
        };
        mounted++;
        useExternalListener(window, "popstate", (ev) => this.onBack(ev));
        useExternalListener(document, "visibilitychange", () => this.onTakenUp());
        onWillStart(() => this.start());
        onWillUnmount(() => mounted--);
    }

    async start() {
        await this.model.start();
        // Needed only when a customer signs: then there may be no network.
        loadSignaturePad().catch(() => {});
        const memory = JSON.parse(browser.sessionStorage.getItem(MEMORY) || "{}");
        const date = memory.date >= this.today ? memory.date : this.today;
        this.state.visitId = memory.date === date ? memory.visitId || null : null;
        const known = await this.model.store.get("cache", date);
        const loading = this.model.load(date);
        // Known or not: without an answer the page says so itself.
        if (!known) {
            await loading;
        }
    }

    // ---------------------------------------------------------------------- days
    get today() {
        return DateTime.local().toISODate();
    }

    get dayLabel() {
        const day = DateTime.fromISO(this.day.date);
        const distance = Math.round(
            day.diff(DateTime.local().startOf("day"), "days").days
        );
        const named = {"-1": _t("Yesterday"), 0: _t("Today"), 1: _t("Tomorrow")};
        const date = day.toLocaleString({weekday: "short", day: "numeric", month: "short"});
        return {name: named[distance] || "", date};
    }

    move(days) {
        const date = DateTime.fromISO(this.day.date).plus({days}).toISODate();
        this.remember(date, null);
        return this.model.load(date);
    }

    showToday() {
        this.remember(this.today, null);
        return this.model.load(this.today);
    }

    refresh() {
        this.model.outbox.flush();
        return this.model.load(this.day.date);
    }

    onTakenUp() {
        const seen = this.day.seen
            ? deserializeDateTime(this.day.seen).toMillis()
            : 0;
        if (!document.hidden && Date.now() - seen > STALE_MS) {
            this.refresh();
        }
    }

    get seenAt() {
        return this.day.seen
            ? deserializeDateTime(this.day.seen).toLocaleString(DateTime.TIME_SIMPLE)
            : "";
    }

    // -------------------------------------------------------------------- visits
    /** The visits with what has been reported on this phone and not sent yet. */
    get pages() {
        const {pages, setup} = this.day;
        const {actions} = this.outbox;
        return setup ? pages.map((page) => withPending(page, actions, setup)) : [];
    }

    get page() {
        return this.pages.find((page) => page.id === this.state.visitId);
    }

    get stateLabels() {
        return this.day.setup.labels.state;
    }

    isToday(page) {
        return (
            !page.start ||
            deserializeDateTime(page.start).toISODate() === this.day.date
        );
    }

    formatStart(page) {
        return page.start
            ? deserializeDateTime(page.start).toLocaleString({day: "numeric", month: "short"})
            : "";
    }

    /** The phone's back button leads from the visit to the day. */
    openVisit(page) {
        const current = {...browser.history.state, skipRouteChange: true};
        const url = browser.location.href;
        browser.history.replaceState({...current, fieldServiceMyDay: "day"}, "", url);
        browser.history.pushState({...current, fieldServiceMyDay: "visit"}, "", url);
        this.showVisit(page.id);
    }

    closeVisit() {
        if (browser.history.state?.fieldServiceMyDay === "visit") {
            browser.history.back();
        } else {
            this.showVisit(null);
        }
    }

    onBack(ev) {
        if (this.state.visitId && ev.state?.fieldServiceMyDay !== "visit") {
            this.showVisit(null);
        }
    }

    showVisit(visitId) {
        this.state.visitId = visitId;
        this.remember(this.day.date, visitId);
        document.querySelector(".o_fs_my_day")?.scrollTo(0, 0);
    }

    remember(date, visitId) {
        browser.sessionStorage.setItem(MEMORY, JSON.stringify({date, visitId}));
    }

    // -------------------------------------------------------------------- outbox
    get unsentCount() {
        return this.outbox.actions.filter(({status}) => status !== "refused").length;
    }

    get refusedCount() {
        return this.outbox.actions.length - this.unsentCount;
    }

    get failure() {
        return this.failures[this.outbox.failure || this.day.failure] || "";
    }

    get isPersistent() {
        return this.model.store.persistent;
    }

    get outboxLines() {
        const names = Object.fromEntries(this.day.pages.map(({id, customer}) => [id, customer]));
        const {setup} = this.day;
        return this.outbox.actions.map((action) => ({
            ...action,
            label: setup ? kindRegistry.get(action.kind, null)?.label(action, setup) : "",
            visit: names[action.visit_id] || "",
            time: deserializeDateTime(action.device_time).toLocaleString(
                DateTime.TIME_SIMPLE
            ),
        }));
    }

    refusedOf(page) {
        return this.outbox.actions.filter(
            ({visit_id, status}) => visit_id === page.id && status === "refused"
        );
    }

    get installUrl() {
        const standalone = browser.matchMedia("(display-mode: standalone)").matches;
        const name = encodeURIComponent(_t("My Day"));
        const url = `/scoped_app?app_id=field_service&path=scoped_app/my-day&app_name=${name}`;
        return standalone ? "" : url;
    }
}

registry.category("actions").add("field_service_my_day", MyDay);
