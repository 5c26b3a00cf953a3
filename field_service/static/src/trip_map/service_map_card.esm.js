import {Component} from "@odoo/owl";
import {getNavigationUrl, isLocated} from "./service_map.esm";

/** What is known about the place that was clicked, and what can be done there. */
export class ServiceMapCard extends Component {
    static template = "field_service.ServiceMapCard";
    static props = {
        card: Object,
        actions: Array,
        onClose: Function,
    };

    get navigation() {
        return isLocated(this.props.card) ? getNavigationUrl(this.props.card) : "";
    }
}
