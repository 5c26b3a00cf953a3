import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {shrinkPhoto} from "./photo.esm";

/** Photos that are there, and buttons that take more. */
export class MyDayPhotos extends Component {
    static template = "field_service.MyDayPhotos";
    static props = {
        photos: Array,
        tags: Array,
        labels: {type: Object, optional: true},
        answerId: {type: Number, optional: true},
        editable: Boolean,
        report: Function,
    };

    setup() {
        this.notification = useService("notification");
    }

    getSource(photo) {
        return photo.pending
            ? `data:image/jpeg;base64,${photo.image}`
            : `/web/image/field.service.photo/${photo.id}/image/240x240?crop=1`;
    }

    getLabel(tag) {
        return (this.props.labels && this.props.labels[tag]) || _t("Take a photo");
    }

    async onFiles(tag, ev) {
        const files = [...ev.target.files];
        ev.target.value = "";
        for (const file of files) {
            try {
                const image = await shrinkPhoto(file);
                const payload = {image, name: file.name, answer_id: this.props.answerId};
                await this.props.report("photo", tag ? {...payload, tag} : payload);
            } catch {
                this.notification.add(
                    _t("%s is not a picture that can be read: take it again.", file.name),
                    {type: "danger"}
                );
            }
        }
    }
}
