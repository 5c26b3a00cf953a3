import {Component, onWillRender, useEffect, useExternalListener, useRef} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {BoardRow} from "./board_row.esm";
import {browser} from "@web/core/browser/browser";
import {CalendarRenderer} from "@web/views/calendar/calendar_renderer";
import {formatTime} from "./board_layout.esm";
import {useDebounced} from "@web/core/utils/timing";
import {usePopover} from "@web/core/popover/popover_hook";
import {useVirtualGrid} from "@web/core/virtual_grid_hook";
import {VisitCalendarRenderer} from "../planning/visit_calendar.esm";
import {VisitCard} from "./visit_card.esm";

const {DateTime} = luxon;
const HEAD_WIDTH = 230;
const HEAD_HEIGHT = 46;
const LEAST_WIDTH = {day: 60, week: 105};
const LEGEND = ["planned", "dispatched", "acknowledged", "working", "completed", "declined"];

/** Rows are technicians; what is out of sight is not drawn. */
export class BoardTimeline extends Component {
    static template = "field_service.BoardTimeline";
    static components = {BoardRow};
    static props = {...CalendarRenderer.props, planOrder: Function, openOrder: Function};

    setup() {
        this.scrollRef = useRef("scroll");
        this.grid = useVirtualGrid({scrollableRef: this.scrollRef, bufferCoef: 0.5});
        this.popover = usePopover(VisitCard, {
            position: "right-start",
            popoverClass: "o_fs_card_popover",
            extendedFlipping: true,
        });
        this.openCard = this.openCard.bind(this);
        this.findLater = useDebounced((name) => this.model.findTechnicians(name), 150);
        this.labels = this.makeLabels();
        onWillRender(() => {
            this.model.setWeekend(this.props.isWeekendVisible);
            this.grid.setRowsHeights(this.board.rows.map((row) => row.height));
        });
        useEffect(() => this.restoreFocus());
        this.useClock();
        this.model.timeline = this;
    }

    /** The line of the present moves without anything being drawn anew. */
    useClock() {
        this.nowRef = useRef("now");
        const tick = () => {
            const el = this.nowRef.el;
            if (el) {
                el.style.left = this.nowLeft;
            }
        };
        useEffect(
            () => {
                const id = browser.setInterval(tick, 60000);
                return () => browser.clearInterval(id);
            },
            () => []
        );
        useExternalListener(document, "visibilitychange", tick);
    }

    get model() {
        return this.props.model;
    }

    get board() {
        return this.model.board;
    }

    get visibleRows() {
        const [first, last] = this.grid.rowsIndexes || [];
        return first === undefined ? [] : this.board.rows.slice(first, last + 1);
    }

    get bodyStyle() {
        return `height:${this.board.height}px`;
    }

    get gridStyle() {
        const {axis} = this.board;
        const columns =
            this.model.scale === "day" ? (axis.to - axis.from) / 60 : axis.count;
        return `min-width:${HEAD_WIDTH + columns * LEAST_WIDTH[this.model.scale]}px;--fs-columns:${columns}`;
    }

    /** Hours of a day, or days of a week with how full they are. */
    get columns() {
        const {axis, days} = this.board;
        if (this.model.scale !== "day") {
            return days;
        }
        const columns = [];
        for (let minute = axis.from; minute < axis.to; minute += 60) {
            const time = axis.days[0].set({hour: minute / 60});
            columns.push({key: minute, label: formatTime(time.toMillis())});
        }
        return columns;
    }

    get showNow() {
        const now = DateTime.now().toMillis();
        const {axis} = this.board;
        const minutes = axis.count ? axis.getMinutes(now, 0) : 0;
        return (
            this.model.scale === "day" &&
            now >= axis.starts[0] &&
            now < axis.stops[0] &&
            minutes >= axis.from &&
            minutes <= axis.to
        );
    }

    get nowLeft() {
        const place = this.board.axis.getPlace(DateTime.now().toMillis());
        return `calc(${HEAD_WIDTH}px + (100% - ${HEAD_WIDTH}px) * ${place.toFixed(5)})`;
    }

    makeLabels() {
        const states = Object.fromEntries(this.model.fields.state.selection);
        return {
            states,
            issues: {
                overlap: _t("booked twice"),
                leave: _t("away"),
                meeting: _t("in a meeting"),
                off_hours: _t("outside working hours"),
            },
            travel: _t("Travel"),
            crew: _t("crew member"),
            late: _t("deadline at risk"),
            locked: _t("locked"),
            legend: LEGEND.map((state) => ({state, label: states[state]})),
        };
    }

    onFind(ev) {
        this.findLater(ev.target.value);
    }

    openCard(target, visit) {
        this.popover.open(target, {
            visitId: visit.id,
            model: this.model,
            openVisit: (card) =>
                this.props.editRecord({id: card.id, title: `${card.order} · ${card.customer}`}),
            openOrder: this.props.openOrder,
        });
    }

    // -------------------------------------------------------------------- places
    /** @returns {{row: Object, place: number} | null} what is at a point of the window */
    locate(x, y) {
        const body = this.scrollRef.el?.querySelector(".o_fs_body")?.getBoundingClientRect();
        const area = this.scrollRef.el?.getBoundingClientRect();
        if (!body || x < area.left || x > area.right || y < area.top || y > area.bottom) {
            return null;
        }
        const top = y - body.top;
        const row = this.board.rows.find((one) => top >= one.top && top < one.top + one.height);
        const place = (x - body.left - HEAD_WIDTH) / (body.width - HEAD_WIDTH);
        return row && place >= 0 && place <= 1 ? {row, place} : null;
    }

    /** @returns {number} share of the width that a length on the screen has */
    measure(pixels) {
        const width = this.scrollRef.el.querySelector(".o_fs_body").offsetWidth;
        return pixels / (width - HEAD_WIDTH);
    }

    /** Draw where something would go, and when that would be. */
    showTarget(target) {
        const el = this.scrollRef.el?.querySelector(".o_fs_target");
        if (!el) {
            return;
        }
        el.classList.toggle("d-none", !target);
        if (!target) {
            return;
        }
        const {row, start, stop, isTaken} = target;
        const {axis} = this.board;
        let [left, right] = [axis.getPlace(start.toMillis()), axis.getPlace(stop.toMillis())];
        if (this.model.scale !== "day") {
            const index = axis.findDay(start.toMillis());
            [left, right] = [index / axis.count, (index + 1) / axis.count];
        }
        const width = `(100% - ${HEAD_WIDTH}px)`;
        el.style.left = `calc(${HEAD_WIDTH}px + ${width} * ${left})`;
        el.style.width = `calc(${width} * ${Math.max(right - left, 0.005)})`;
        el.style.top = `${row.top + 3}px`;
        el.style.height = `${row.height - 6}px`;
        el.classList.toggle("o_fs_taken", isTaken);
        el.classList.toggle("o_fs_flipped", right > 0.75);
        el.firstElementChild.textContent = `${row.name}: ${start.toFormat("ccc d")}, ${formatTime(start.toMillis())} – ${formatTime(stop.toMillis())}`;
    }

    // ------------------------------------------------------------------ keyboard
    getFocused() {
        const el = document.activeElement?.closest?.(".o_fs_card");
        const row = el && this.findRow(el.closest(".o_fs_row").dataset.row);
        const visit = el && this.board.visits.get(Number(el.dataset.visit));
        return row && visit ? {el, row, visit} : null;
    }

    findRow(key) {
        return this.board.rows.find((row) => String(row.key) === String(key));
    }

    getCards(row) {
        return row.items
            .filter((item) => item.kind === "visit")
            .sort((one, other) => one.visit.start - other.visit.start);
    }

    onFocusBody(ev) {
        if (ev.target.classList.contains("o_fs_body")) {
            const row = this.visibleRows.find((one) => this.getCards(one).length);
            if (row) {
                this.focus(this.getCards(row)[0].visit.id, row);
            }
        }
    }

    onKeydown(ev) {
        const focused = this.getFocused();
        const arrow = /^Arrow(Left|Right|Up|Down)$/.exec(ev.key)?.[1];
        if (!focused || ev.altKey || ev.ctrlKey || ev.metaKey) {
            return;
        }
        if (ev.key === "Enter" || ev.key === " ") {
            this.openCard(focused.el, focused.visit);
        } else if (arrow && ev.shiftKey) {
            this.moveByKey(focused, arrow);
        } else if (arrow) {
            this.focusNext(focused, arrow);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    focusNext({row, visit}, arrow) {
        const cards = this.getCards(row);
        if (arrow === "Left" || arrow === "Right") {
            const index = cards.findIndex((item) => item.visit.id === visit.id);
            const next = cards[index + (arrow === "Left" ? -1 : 1)];
            if (next) {
                this.focus(next.visit.id, row);
            }
            return;
        }
        const {rows} = this.board;
        const step = arrow === "Up" ? -1 : 1;
        for (let index = rows.indexOf(row) + step; rows[index]; index += step) {
            const others = this.getCards(rows[index]);
            if (others.length) {
                const distance = (item) => Math.abs(item.visit.start - visit.start);
                others.sort((one, other) => distance(one) - distance(other));
                this.focus(others[0].visit.id, rows[index]);
                return;
            }
        }
    }

    async moveByKey({row, visit}, arrow) {
        const {rows} = this.board;
        let target = row;
        let start = null;
        if (arrow === "Left" || arrow === "Right") {
            const sign = arrow === "Left" ? -1 : 1;
            const step = this.model.scale === "day" ? {minutes: 15 * sign} : {days: sign};
            start = DateTime.fromMillis(visit.start).plus(step);
        } else {
            target = rows[rows.indexOf(row) + (arrow === "Up" ? -1 : 1)];
        }
        if (target) {
            const answer = await this.model.drop(visit, row, target, start);
            this.focus(visit.id, answer ? target : row);
        }
    }

    /** Focus a card, even one that is not drawn yet. */
    focus(visitId, row) {
        this.wanted = {visitId, key: row.key};
        const el = this.scrollRef.el;
        const current = this.findRow(row.key);
        if (el && current) {
            const [top, bottom] = [el.scrollTop, el.scrollTop + el.clientHeight - HEAD_HEIGHT];
            if (current.top < top || current.top + current.height > bottom) {
                el.scrollTop = Math.max(0, current.top - el.clientHeight / 3);
            }
        }
        this.restoreFocus();
    }

    restoreFocus() {
        if (!this.wanted) {
            return;
        }
        const {visitId, key} = this.wanted;
        const selector = `.o_fs_row[data-row='${key}'] .o_fs_card[data-visit='${visitId}']`;
        const el = this.scrollRef.el?.querySelector(selector);
        const active = document.activeElement;
        if (el && (active === document.body || this.scrollRef.el.contains(active))) {
            el.focus({preventScroll: true});
        }
    }

    onFocusIn(ev) {
        const focused = this.getFocused();
        if (focused && ev.target.classList.contains("o_fs_card")) {
            this.wanted = {visitId: focused.visit.id, key: focused.row.key};
        }
    }

    onFocusOut(ev) {
        if (ev.relatedTarget && !this.scrollRef.el.contains(ev.relatedTarget)) {
            this.wanted = null;
        }
    }
}

/** On a phone a board is unusable: it is the calendar there. */
export class BoardRenderer extends Component {
    static template = "field_service.BoardRenderer";
    static components = {BoardTimeline, VisitCalendarRenderer};
    static props = BoardTimeline.props;

    get calendarProps() {
        const {openOrder: _unused, ...props} = this.props;
        return props;
    }
}
