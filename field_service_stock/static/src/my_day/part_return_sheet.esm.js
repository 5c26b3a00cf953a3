import {MyDaySheet} from "@field_service/my_day/sheet.esm";
import {parseNumber} from "@field_service/my_day/pending.esm";
import {Component, useState} from "@odoo/owl";

/** What was used is more or less than was said: the rest goes back to where it was. */
export class MyDayPartReturnSheet extends Component {
    static template = "field_service_stock.MyDayPartReturnSheet";
    static components = {MyDaySheet};
    static props = {part: Object, report: Function, close: Function};

    setup() {
        this.state = useState({total: String(this.props.part.used), lots: []});
    }

    get isTracked() {
        return this.props.part.tracking !== "none";
    }

    get total() {
        return parseNumber(this.state.total);
    }

    step(change) {
        this.state.total = String(Math.max(0, (this.total || 0) + change));
    }

    toggle(lot) {
        const {lots} = this.state;
        this.state.lots = lots.includes(lot.id)
            ? lots.filter((id) => id !== lot.id)
            : [...lots, lot.id];
    }

    get canSave() {
        const {part} = this.props;
        return this.isTracked
            ? this.state.lots.length > 0
            : this.total !== null && this.total >= 0 && this.total !== part.used;
    }

    save() {
        const {part, report, close} = this.props;
        const values = {part_id: part.id, name: part.name};
        if (this.isTracked) {
            const lots = part.used_lots
                .filter(({id}) => this.state.lots.includes(id))
                .map(({id, name, quantity}) => ({lot_id: id, name, quantity}));
            const pieces = lots.reduce((sum, lot) => sum + lot.quantity, 0);
            report("part", {
                ...values,
                return: true,
                quantity: pieces / part.factor,
                lots,
            });
        } else {
            report("part", {...values, total: this.total});
        }
        close();
    }
}
