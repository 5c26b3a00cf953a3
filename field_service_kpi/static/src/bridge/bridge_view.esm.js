import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {Bridge} from "./bridge.esm";
import {Layout} from "@web/search/layout";
import {SearchBar} from "@web/search/search_bar/search_bar";
import {ActionHelper} from "@web/views/action_helper";
import {KeepLast} from "@web/core/utils/concurrency";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {standardViewProps} from "@web/views/standard_view_props";
import {useSearchBarToggler} from "@web/search/search_bar/search_bar_toggler";
import {useService} from "@web/core/utils/hooks";

/** The bridge of the work orders that the search bar finds. */
export class BridgeController extends Component {
    static template = "field_service_kpi.BridgeView";
    static components = {ActionHelper, Bridge, Layout, SearchBar};
    static props = {...standardViewProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.searchBarToggler = useSearchBarToggler();
        this.state = useState({data: null});
        this.keepLast = new KeepLast();
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((props) => this.load(props));
    }

    async load({domain, context}) {
        this.state.data = await this.keepLast.add(
            this.orm.call("field.service.order", "get_variance_bridge", [domain], {
                context,
            })
        );
    }

    async open(step) {
        const {domain, context} = this.props;
        this.action.doAction(
            await this.orm.call(
                "field.service.order",
                "action_open_variance",
                [domain, step],
                {context}
            )
        );
    }
}

registry.category("views").add("field_service_bridge", {
    type: "graph",
    Controller: BridgeController,
    searchMenuTypes: ["filter", "favorite"],
});

/** The bridge of one work order, on its form. */
export class BridgeField extends Component {
    static template = "field_service_kpi.BridgeField";
    static components = {Bridge};
    static props = {...standardFieldProps};
}

registry.category("fields").add("field_service_bridge", {
    component: BridgeField,
    supportedTypes: ["json"],
});
