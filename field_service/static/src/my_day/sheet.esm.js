import {Component} from "@odoo/owl";

/** A question that comes up from below, where the thumb is. */
export class MyDaySheet extends Component {
    static template = "field_service.MyDaySheet";
    static props = {title: String, close: Function, slots: Object};
}
