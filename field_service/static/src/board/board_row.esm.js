import {Component} from "@odoo/owl";
import {formatTime} from "./board_layout.esm";

const {DateTime} = luxon;
const percent = (part) => `${(part * 100).toFixed(4)}%`;

/** One technician: who he is, what his time looks like, what he does in it. */
export class BoardRow extends Component {
    static template = "field_service.BoardRow";
    static props = {row: Object, labels: Object, openCard: Function};

    getStyle({left, width}) {
        return `left:${percent(left)};width:${percent(width)}`;
    }

    getItemStyle(item) {
        const {left, width, top, height} = item;
        // A little less than the place, so that neighbours do not touch.
        const place = `left:${percent(left)};width:calc(${percent(width)} - 3px)`;
        return `${place};top:${top}px;height:${height}px`;
    }

    getTravelStyle(item, [left, width]) {
        return `${this.getStyle({left, width})};top:${item.top}px;height:${item.height}px`;
    }

    getCardClass({visit, issues, isCrew}) {
        const classes = [`o_fs_state_${visit.state}`];
        if (issues.some((issue) => issue !== "off_hours")) {
            classes.push("o_fs_conflict");
        } else if (issues.length) {
            classes.push("o_fs_off_hours");
        }
        if (isCrew) {
            classes.push("o_fs_crew");
        }
        return classes.join(" ");
    }

    /** What a screen reader says of a card; also its tooltip. */
    getLabel({visit, issues, isCrew}) {
        const {labels, row} = this.props;
        const day = DateTime.fromMillis(visit.start).toFormat("ccc d LLL");
        return [
            visit.customer || visit.order,
            visit.job,
            visit.site,
            `${day}, ${formatTime(visit.start)} – ${formatTime(visit.stop)}`,
            row.name,
            isCrew && labels.crew,
            labels.states[visit.state],
            ...issues.map((issue) => labels.issues[issue]),
            visit.late && labels.late,
            visit.lock !== "none" && labels.locked,
        ]
            .filter(Boolean)
            .join(", ");
    }

    formatHours(hours) {
        return Math.round(hours * 10) / 10;
    }
}
