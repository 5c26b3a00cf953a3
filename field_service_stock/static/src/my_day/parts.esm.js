import {
    kindRegistry,
    sectionRegistry,
} from "@field_service/my_day/registries.esm";
import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

/** The planned parts of a visit: how many were used, with one tap. */
export class MyDayParts extends Component {
    static template = "field_service_stock.MyDayParts";
    static props = {page: Object, report: Function};

    setup() {
        this.quantities = useState({});
    }

    quantity(part) {
        return this.quantities[part.id] ?? part.to_use;
    }

    change(part, step) {
        this.quantities[part.id] = Math.max(step > 0 ? 1 : 0, this.quantity(part) + step);
    }

    use(part) {
        const quantity = this.quantity(part);
        delete this.quantities[part.id];
        return this.props.report("part", {part_id: part.id, quantity});
    }

    release(part) {
        return this.props.report("part", {part_id: part.id, release: true});
    }
}

sectionRegistry.add("parts", {Component: MyDayParts, sequence: 20});

kindRegistry.add("part", {
    apply(page, {payload}) {
        page.parts = page.parts.map((part) => {
            if (part.id !== payload.part_id) {
                return part;
            }
            return payload.release
                ? {...part, to_use: 0, state: "cancelled", pending: true}
                : {
                      ...part,
                      used: part.used + payload.quantity,
                      to_use: 0,
                      state: "used",
                      pending: true,
                  };
        });
    },
    label: ({payload}) => (payload.release ? _t("Part not needed") : _t("Part used")),
});
