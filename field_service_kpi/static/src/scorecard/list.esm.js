import {formatIndex, formatStanding} from "./format.esm";
import {Component} from "@odoo/owl";
import {formatFigure} from "../dashboard/format.esm";

/** All records of a level: people by rank, others with a few of their figures. */
export class ScorecardList extends Component {
    static template = "field_service_kpi.ScorecardList";
    static props = {data: Object, onOpen: Function};

    setup() {
        this.formatIndex = formatIndex;
        this.formatStanding = formatStanding;
    }

    get isPeople() {
        return this.props.data.level === "technician";
    }

    /** Columns of the parts of an index that anybody in the list has. */
    get parts() {
        const names = new Map();
        for (const row of this.props.data.rows) {
            for (const part of row.parts) {
                names.set(part.key, part.name);
            }
        }
        return [...names].map(([key, name]) => ({key, name}));
    }

    getPart(row, key) {
        return row.parts.find((part) => part.key === key);
    }

    format(column, cell) {
        return formatFigure(column, cell.value, this.props.data.currency_id);
    }

    open(row) {
        if (row.id) {
            this.props.onOpen(row);
        }
    }
}
