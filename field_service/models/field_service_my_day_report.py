from odoo import api, models
from odoo.exceptions import UserError

from .field_service_visit_log import REPORTED_FIELDS

PHONE_EVENTS = (
    "acknowledged",
    "declined",
    "travel_start",
    "arrived",
    "work_start",
    "pause",
    "resume",
    "work_end",
)
REASON_OF_EVENT = {"declined": "decline", "pause": "pause"}
FINDING_CODES = {"symptom_id": "symptom", "cause_id": "cause", "remedy_id": "remedy"}


class FieldServiceMyDayReport(models.AbstractModel):
    """The kinds of reports a phone can send, and what each of them does.

    Every method gets a ``Report`` and may return a sentence for the technician. What it
    raises is undone, and said to the technician.
    """

    _name = "field.service.my.day.report"
    _description = "Kinds of Reports of a Technician's Phone"

    @api.model
    def _get_action_kinds(self):
        """Return {kind of report: name of the method that applies it}."""
        return {
            "event": "_apply_event",
            "answer": "_apply_answer",
            "photo": "_apply_photo",
            "finding": "_apply_finding",
            "note": "_apply_note",
            "signature": "_apply_signature",
            "tool": "_apply_tool",
        }

    @api.model
    def _apply_event(self, report):
        """Record an event and move the visit on.

        :return: what to tell the technician, if anything
        """
        payload, event_type = report.payload, report.payload["type"]
        if event_type not in PHONE_EVENTS:
            raise ValueError(event_type)
        values = {name: payload[name] for name in REPORTED_FIELDS if payload.get(name)}
        if values.get("return_reason_id"):
            self._find_reason(values["return_reason_id"], "return")
        if event_type in REASON_OF_EVENT:
            values["reason"] = self._get_event_reason(
                payload, REASON_OF_EVENT[event_type]
            )
        if report.visit.company_id.service_track_position:
            values.update(report.position)
        if event_type == "declined" and payload.get("reason_id"):
            # Counted, besides being said.
            values["decline_reason_id"] = payload["reason_id"]
        event = report.visit.register_event(
            event_type,
            report.time,
            key=report.key,
            source="mobile",
            **values,
        )
        if event:
            return None
        return self.env._(
            "%(visit)s was “%(state)s” already: nothing was changed.",
            visit=report.visit.name,
            state=report.visit._get_state_label(report.visit.state),
        )

    @api.model
    def _find_reason(self, reason_id, kind):
        reason = self.env["field.service.reason"].browse(reason_id).exists()
        if reason.kind != kind:
            raise UserError(self.env._("This reason cannot be chosen: take another."))
        return reason

    @api.model
    def _get_event_reason(self, payload, kind):
        """Return why a visit is declined or interrupted, in words."""
        reason = self.env["field.service.reason"]
        if payload.get("reason_id"):
            reason = self._find_reason(payload["reason_id"], kind)
        text = " – ".join(
            part for part in (reason.name, (payload.get("note") or "").strip()) if part
        )
        if not text:
            raise UserError(self.env._("Say why."))
        return text

    @api.model
    def _apply_answer(self, report):
        """Write the answer to a question of the checklist."""
        answer = self.env["field.service.checklist.answer"].browse(
            report.payload["answer_id"]
        )
        if answer not in report.visit.order_id.answer_ids:
            raise UserError(
                self.env._("This question is not asked any longer: load the page anew.")
            )
        later = answer.answered_on and answer.answered_on > report.time
        if later and answer.answered_by_id != self.env.user:
            raise UserError(
                self.env._(
                    "%(user)s has answered “%(question)s” after you: %(answer)s",
                    user=answer.answered_by_id.name,
                    question=answer.name,
                    answer=answer.display_value,
                )
            )
        answer.with_context(service_device_time=report.time).write(
            self._prepare_answer_values(answer, report.payload)
        )

    @api.model
    def _prepare_answer_values(self, answer, payload):
        """Return the values of an answer from what the phone has sent."""
        names = {
            "yes_no": "value_yes_no",
            "number": "value_input",
            "reading": "value_input",
            "choice": "value_option_id",
            "date": "value_date",
            "text": "value_text",
            "serial": "value_text",
        }
        values = {}
        if "value" in payload and answer.type in names:
            values[names[answer.type]] = payload["value"] or False
        if payload.get("asset_id"):
            values["asset_id"] = int(payload["asset_id"])
        return values

    @api.model
    def _apply_photo(self, report):
        """Keep a photo, as answer to a question or for itself."""
        payload = report.payload
        values = {
            "image": payload["image"],
            "name": payload.get("name") or False,
            "taken_on": report.time,
            "visit_id": report.visit.id,
        }
        if payload.get("tag"):
            values["tag"] = payload["tag"]
        if payload.get("answer_id"):
            values["answer_id"] = int(payload["answer_id"])
        self.env["field.service.photo"].create(values)

    @api.model
    def _apply_finding(self, report):
        """Keep a defect that was found."""
        payload = report.payload
        values = {
            name: str(payload[name]).strip()
            for name in ("name", "remedy")
            if payload.get(name)
        }
        if not values.get("name"):
            raise UserError(self.env._("Say what you have found."))
        for name, kind in FINDING_CODES.items():
            if payload.get(name):
                values[name] = self._find_reason(payload[name], kind).id
        if payload.get("asset_id"):
            values["asset_id"] = int(payload["asset_id"])
        self.env["field.service.finding"].create(
            {**values, "order_id": report.visit.order_id.id, "found_on": report.time}
        )

    @api.model
    def _apply_note(self, report):
        """Keep what was done, in the technician's words."""
        report.visit.note = str(report.payload["note"]).strip()

    @api.model
    def _apply_signature(self, report):
        """Keep the customer's signature, or why there is none."""
        payload = report.payload
        if payload.get("refusal_reason") or not payload.get("signature"):
            report.visit.write(
                {
                    "signature": False,
                    "signature_refused": True,
                    "refusal_reason": (payload.get("refusal_reason") or "").strip(),
                }
            )
            return
        report.visit.write(
            {
                "signature": payload["signature"],
                "signed_by": (payload.get("signed_by") or "").strip() or False,
                "signed_on": report.time,
            }
        )
