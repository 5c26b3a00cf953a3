/* global SignaturePad */
import {Component, onMounted, onWillUnmount, useRef, useState} from "@odoo/owl";
import {loadJS} from "@web/core/assets";

/** Loaded with the day, so that a customer can sign where there is no network. */
export function loadSignaturePad() {
    return loadJS("/web/static/lib/signature_pad/signature_pad.umd.js");
}

/**
 * Core's pad on core's library, without core's dialog around it: that one fetches its
 * fonts from the server each time it is opened.
 */
export class MyDaySignature extends Component {
    static template = "field_service.MyDaySignature";
    static props = {name: String, onSigned: Function, onCancel: Function};

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({name: this.props.name, empty: true, failed: false});
        onMounted(async () => {
            try {
                await loadSignaturePad();
            } catch {
                this.state.failed = true;
                return;
            }
            const canvas = this.canvas.el;
            canvas.width = canvas.clientWidth;
            canvas.height = canvas.clientHeight;
            this.pad = new SignaturePad(canvas, {penColor: "DarkBlue", minWidth: 2});
            this.pad.addEventListener("endStroke", () => {
                this.state.empty = this.pad.isEmpty();
            });
        });
        onWillUnmount(() => this.pad?.off());
    }

    clear() {
        this.pad.clear();
        this.state.empty = true;
    }

    sign() {
        const image = this.pad.toDataURL("image/png").split(",")[1];
        this.props.onSigned({signature: image, signed_by: this.state.name.trim()});
    }
}
