import {MyDaySheet} from "@field_service/my_day/sheet.esm";
import {Component, onWillStart, useState} from "@odoo/owl";
import {scanBarcode} from "@web/core/barcode/barcode_dialog";
import {isBarcodeScannerSupported} from "@web/core/barcode/barcode_video_scanner";
import {browser} from "@web/core/browser/browser";
import {deserializeDate, deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {useBus, useService} from "@web/core/utils/hooks";
import {session} from "@web/session";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {LoadCounts, round} from "./load_counts.esm";

const MODEL = "field.service.load";
const {DateTime} = luxon;

/** The page of whoever loads a van: scan or tap, count up, confirm once. */
export class LoadPage extends Component {
    static template = "field_service_stock.LoadPage";
    static components = {MyDaySheet};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm").silent;
        this.action = useService("action");
        this.state = useState({
            pages: [],
            loadId: this.props.action.params?.load_id || null,
            message: null,
            busy: false,
            offline: false,
            ask: null,
            counted: 0,
            current: null,
        });
        this.hasCamera = isBarcodeScannerSupported();
        useBus(useService("barcode").bus, "barcode_scanned", (ev) =>
            this.onScanned(ev.detail.barcode)
        );
        onWillStart(() => this.load());
    }

    // ---------------------------------------------------------------------- lists
    async load() {
        const pages = await this.call("get_pages", []);
        if (!pages) {
            return;
        }
        this.state.pages = pages;
        if (!pages.some(({id}) => id === this.state.loadId)) {
            this.state.loadId = pages.length === 1 ? pages[0].id : null;
        }
        this.open(this.state.loadId);
    }

    open(loadId) {
        this.state.loadId = loadId;
        this.state.message = null;
        this.state.current = null;
        if (this.page) {
            this.counts = new LoadCounts(
                `field_service_load_${session.db}_${user.userId}_${loadId}`
            );
            this.counts.prune(this.page.lines);
            this.touch();
        }
    }

    /** Counts live beside the state: the page is drawn anew when one changes. */
    touch() {
        this.state.counted++;
    }

    get page() {
        return this.state.pages.find(({id}) => id === this.state.loadId);
    }

    replace(page) {
        const {pages} = this.state;
        this.state.pages = pages.map((one) => (one.id === page.id ? page : one));
        this.counts.prune(page.lines);
        this.touch();
    }

    async refresh() {
        if (!this.page) {
            return this.load();
        }
        const page = await this.call("refresh_page", [this.page.id]);
        if (page) {
            this.replace(page);
        }
    }

    /** What the server answers; nothing when it could not be asked, or refused. */
    async call(method, args) {
        this.state.busy = true;
        try {
            const answer = await this.orm.call(MODEL, method, args);
            this.state.offline = false;
            return answer;
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.state.offline = true;
            } else if (error instanceof RPCError) {
                this.say(error.data?.message || error.message, "danger");
            } else {
                throw error;
            }
            return null;
        } finally {
            this.state.busy = false;
        }
    }

    say(text, kind = "warning") {
        this.state.message = text ? {text, kind} : null;
        document.querySelector(".o_fs_load")?.scrollTo(0, 0);
    }

    // ---------------------------------------------------------------------- lines
    /** The lines by the place they are taken from; what is loaded comes last. */
    get groups() {
        const groups = new Map();
        for (const line of this.page.lines) {
            const place = line.state === "loaded" ? _t("Loaded") : line.place;
            groups.set(place, [...(groups.get(place) || []), line]);
        }
        const loaded = _t("Loaded");
        return [...groups.entries()]
            .map(([place, lines]) => ({place, lines}))
            .sort((one, other) => (one.place === loaded) - (other.place === loaded));
    }

    get open_lines() {
        return this.page.lines.filter((line) => line.can_load);
    }

    get progress() {
        const lines = this.open_lines;
        const complete = lines.filter((line) => this.isComplete(line)).length;
        return {complete, all: lines.length};
    }

    count(line) {
        return this.state.counted && this.counts.get(line);
    }

    lotNames(line) {
        const lots = Object.values(this.count(line).lots);
        return lots
            .map(({name, quantity}) => (quantity === 1 ? name : `${name} × ${quantity}`))
            .join(", ");
    }

    isComplete(line) {
        return this.count(line).quantity >= line.needed;
    }

    add(line) {
        this.state.current = line.id;
        if (line.tracking !== "none") {
            this.say(_t("%s: scan the lot or serial number of each piece.", line.product));
            return;
        }
        this.addTo([line], Math.min(1, round(line.needed - this.count(line).quantity)));
    }

    remove(line) {
        this.counts.remove(line, 1);
        this.touch();
    }

    fill(line) {
        if (line.available) {
            this.counts.fill(line);
            this.state.message = null;
            this.state.current = line.id;
            this.touch();
        } else {
            this.say(_t("%s: nothing is reserved for this list.", line.product));
        }
    }

    /** Counts something on the first of the lines that still needs it. */
    addTo(lines, quantity, lot = null) {
        if (lot && lines[0].tracking === "serial") {
            if (lines.some((line) => this.counts.get(line).lots[lot.id])) {
                return this.say(_t("%s is counted already.", lot.name));
            }
        }
        for (const line of lines) {
            if (quantity > 0 && this.counts.add(line, quantity, lot)) {
                this.state.current = line.id;
                this.state.message = null;
                this.touch();
                this.show(line);
                return;
            }
        }
        const {product} = lines[0];
        this.say(_t("%s: all that is needed is counted. Leave the rest here.", product));
    }

    show(line) {
        requestAnimationFrame(() =>
            document
                .querySelector(`.o_fs_load_line[data-move="${line.id}"]`)
                ?.scrollIntoView({block: "nearest"})
        );
    }

    // ----------------------------------------------------------------------- scan
    async scanWithCamera() {
        try {
            const code = await scanBarcode(this.env);
            if (code) {
                await this.onScanned(code);
            }
        } catch (error) {
            this.say(error.message, "danger");
        }
    }

    async onScanned(code) {
        if (!this.page || this.state.ask) {
            return;
        }
        const lines = this.open_lines;
        const known = lines.filter((line) => line.codes[code]);
        if (known.length) {
            return this.onProduct(known, known[0].codes[code]);
        }
        for (const line of lines) {
            const lot = line.lots.find(({name}) => name === code);
            if (lot) {
                const same = lines.filter((one) => one.lots.some(({id}) => id === lot.id));
                return this.addTo(same, 1, lot);
            }
        }
        const found = await this.call("scan", [this.page.id, code]);
        if (!found) {
            if (this.state.offline) {
                this.say(_t("“%s” is not on the list as this phone knows it.", code));
            }
            return;
        }
        if (found.message) {
            return this.say(found.message, "danger");
        }
        const meant = lines.filter(({id}) => found.moves.includes(id));
        if (!meant.length) {
            return this.refresh();
        }
        return found.lot
            ? this.addTo(meant, found.quantity, found.lot)
            : this.onProduct(meant, found.quantity);
    }

    onProduct(lines, quantity) {
        if (lines[0].tracking === "none") {
            return this.addTo(lines, quantity);
        }
        this.state.current = lines[0].id;
        this.show(lines[0]);
        this.say(_t("%s: now scan its lot or serial number.", lines[0].product), "info");
    }

    // -------------------------------------------------------------------- confirm
    allLoaded() {
        for (const line of this.open_lines) {
            if (line.available) {
                this.counts.fill(line);
            }
        }
        this.touch();
        return this.confirm();
    }

    /** Asks why something stays behind, before anything is moved. */
    askOrConfirm() {
        const missing = this.open_lines.filter(
            (line) => !this.isComplete(line) && line.available > this.count(line).quantity
        );
        if (missing.length) {
            this.state.ask = missing.map(({id}) => id);
        } else {
            this.confirm();
        }
    }

    get asked() {
        return this.page.lines.filter(({id}) => this.state.ask.includes(id));
    }

    setReason(line, reason) {
        this.counts.set(line, {reason});
        this.touch();
    }

    async confirm() {
        this.state.ask = null;
        this.state.message = null;
        const lines = this.counts.toSend(this.page.lines);
        const answer = await this.call("confirm_page", [
            this.page.id,
            lines,
            this.counts.confirmKey,
        ]);
        if (answer) {
            this.counts.clear();
            this.replace(answer.page);
            const open = answer.page.lines.filter(({state}) => state !== "loaded");
            this.say(
                open.length
                    ? _t("Done. What is missing stays on the list.")
                    : _t("Done: everything is in the van."),
                "success"
            );
        }
    }

    // --------------------------------------------------------------------- labels
    dayLabel(page) {
        const day = deserializeDate(page.date);
        const distance = Math.round(day.diff(DateTime.local().startOf("day"), "days").days);
        const named = {0: _t("Today"), 1: _t("Tomorrow")};
        const date = day.toLocaleString({weekday: "short", day: "numeric", month: "short"});
        return named[distance] ? `${named[distance]}, ${date}` : date;
    }

    timeLabel(line) {
        return line.start
            ? deserializeDateTime(line.start).toLocaleString({
                  day: "numeric",
                  month: "short",
                  hour: "2-digit",
                  minute: "2-digit",
              })
            : "";
    }

    expectedLabel(line) {
        return line.expected
            ? deserializeDateTime(line.expected).toLocaleString(DateTime.DATE_MED)
            : "";
    }

    print() {
        return this.action.doAction("field_service_stock.report_load_action", {
            additionalContext: {active_ids: [this.page.id]},
        });
    }

    back() {
        if (browser.history.length > 1) {
            browser.history.back();
        }
    }
}

registry.category("actions").add("field_service_load", LoadPage);
