import hashlib
import json

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime, format_time

from ..tools.numbers import format_hours, format_number

PHOTO_ORDER = ("before", "after", "nameplate", "other")


class FieldServiceOrderReportContent(models.AbstractModel):
    """What the service report says, one section at a time.

    Each section is a list of rows of plain texts in the customer's language and time
    zone. A row's ``key`` holds the facts behind it: they tell whether something has
    changed, whatever the words look like.
    """

    _name = "field.service.order.report.content"
    _description = "Content of Service Reports"

    @api.model
    def _get_report_sections(self):
        """Return the sections of the service report: name -> title."""
        return {
            "visits": self.env._("Visits"),
            "notes": self.env._("Work done"),
            "checklist": self.env._("Checklist"),
            "findings": self.env._("Findings"),
            "readings": self.env._("Readings"),
            "parts": self.env._("Parts used"),
            "photos": self.env._("Photos"),
            "signature": self.env._("Signature"),
        }

    def _get_report_data(self):
        """Return the rows of all sections, in the customer's language.

        :return: section -> list of rows
        :rtype: dict[str, list[dict]]
        """
        self.ensure_one()
        # The document shows the customer what was documented on his job; which fields
        # it shows is decided here, not by the rights of whoever prints it.
        order = self.sudo().with_context(
            lang=self._get_report_lang(), tz=self._get_report_tz()
        )
        return {
            name: getattr(order, f"_get_report_{name}")()
            for name in order._get_report_sections()
        }

    def _get_report_lang(self):
        """Return the language of the report: the customer's, if it is installed."""
        # Whoever works on the order may know in which language its customer reads.
        wanted = self.sudo().partner_id.lang or self.sudo().company_id.partner_id.lang
        installed = dict(self.env["res.lang"].get_installed())
        return wanted if wanted in installed else self.env.lang or "en_US"

    def _get_report_tz(self):
        """Return the time zone of the report: the one the customer reads it in."""
        return self._get_site_tz()

    def _get_report_digests(self):
        """Return a fingerprint of the facts of each section."""
        return {
            name: hashlib.sha256(
                json.dumps([row["key"] for row in rows], default=str).encode()
            ).hexdigest()
            for name, rows in self._get_report_data().items()
            if rows
        }

    # ------------------------------------------------------------------ sections
    def _get_report_done_visits(self):
        """Return the visits that took place, the first one first."""
        return self.visit_ids.filtered(lambda visit: visit.state == "completed").sorted(
            "start"
        )

    def _get_report_visits(self):
        labels = self.env["field.service.visit"]._fields["result"]
        labels = dict(labels._description_selection(self.env))
        rows = []
        for visit in self._get_report_done_visits():
            people = visit.technician_id | visit.crew_ids
            begin = visit._get_event_times("arrived", "work_start")[:1]
            travel = visit._get_event_times("travel_start")[:1]
            end = visit._get_event_times("work_end")[-1:]
            rows.append(
                {
                    "key": [
                        visit.id,
                        people.ids,
                        travel + begin + end,
                        round(visit.work_hours, 4),
                        round(visit.travel_hours, 4),
                        visit.result,
                    ],
                    "technicians": ", ".join(people.mapped("name")),
                    "date": self._format_report_date((begin or travel or [None])[0]),
                    "begin": self._format_report_time(begin),
                    "end": self._format_report_time(end),
                    "work": format_hours(visit.work_hours),
                    "travel": format_hours(visit.travel_hours),
                    "result": labels.get(visit.result, ""),
                }
            )
        return rows

    def _get_report_total(self, field_name):
        return format_hours(sum(self._get_report_done_visits().mapped(field_name)))

    def _get_report_notes(self):
        return [
            {
                "key": [visit.id, visit.note],
                "date": self._format_report_date(visit.start),
                "text": visit.note,
            }
            for visit in self._get_report_done_visits()
            if (visit.note or "").strip()
        ]

    def _get_report_checklist(self):
        return [
            {
                "key": [
                    answer.id,
                    answer.value_yes_no,
                    answer.value_input,
                    answer.value_text,
                    answer.value_option_id.id,
                    answer.value_date,
                    answer.note,
                    answer.asset_id.id,
                    answer.is_out_of_range,
                ],
                "question": answer.name,
                "asset": answer.asset_id.name if len(self.asset_ids) > 1 else "",
                "answer": self._format_report_answer(answer),
                "limits": self._format_report_limits(answer),
                "out_of_range": answer.is_out_of_range,
                "note": answer.note,
            }
            for answer in self.answer_ids
        ]

    def _get_report_findings(self):
        states = self.env["field.service.finding"]._fields["state"]
        states = dict(states._description_selection(self.env))
        rows = []
        for finding in self.finding_ids.sorted("id"):
            if finding.state == "withdrawn":
                continue
            texts = [
                (finding.symptom_id.name, finding.symptom),
                (finding.cause_id.name, finding.cause),
                (finding.remedy_id.name, finding.remedy),
            ]
            symptom, cause, remedy = (
                ": ".join(text for text in pair if text) for pair in texts
            )
            rows.append(
                {
                    "key": [
                        finding.id,
                        finding.state,
                        finding.name,
                        finding.asset_id.id,
                        finding.symptom_id.id,
                        finding.cause_id.id,
                        finding.remedy_id.id,
                        [text for _reason, text in texts],
                    ],
                    "name": finding.answer_id.name or finding.name,
                    "asset": finding.asset_id.name or "",
                    "symptom": symptom,
                    "cause": cause,
                    "remedy": remedy,
                    "state": states[finding.state],
                    "open": finding.state == "open",
                }
            )
        return rows

    def _get_report_readings(self):
        readings = self.env["field.service.asset.reading"].search(
            [("order_id", "=", self.id)], order="asset_id, id"
        )
        return [
            {
                "key": [reading.id, reading.asset_id.id, reading.value],
                "asset": reading.asset_id.display_name,
                "meter": reading.answer_id.name or reading.name,
                "value": self._format_report_number(reading.value),
                "unit": reading.unit or "",
            }
            for reading in readings
        ]

    def _get_report_parts(self):
        """Return the parts that were used; neutral without a stock.

        Rows have ``name``, ``serials``, ``quantity`` and ``unit``.
        """
        return []

    def _get_report_photos(self):
        labels = self.env["field.service.photo"]._fields["tag"]
        labels = dict(labels._description_selection(self.env))
        checksums = self._get_file_checksums(self.photo_ids, "image")
        return [
            {
                "key": [photo.id, checksums.get(photo.id), photo.tag, photo.name],
                "photo": photo,
                "caption": " · ".join(
                    part
                    for part in (labels[photo.tag], photo.answer_id.name or photo.name)
                    if part
                ),
            }
            for photo in self.photo_ids.sorted(
                lambda photo: (PHOTO_ORDER.index(photo.tag), photo.taken_on, photo.id)
            )
        ]

    def _get_report_signature(self):
        visit = self._get_signed_visit()
        if self.signature_state == "none":
            return []
        checksums = self._get_file_checksums(visit, "signature")
        return [
            {
                "key": [
                    self.signature_state,
                    checksums.get(visit.id),
                    visit.signed_by,
                    visit.signed_on,
                    visit.refusal_reason,
                ],
                "refused": self.signature_state == "refused",
                "reason": visit.refusal_reason,
                "image": visit.signature,
                "name": visit.signed_by,
                "time": self._format_report_datetime(visit.signed_on),
            }
        ]

    # -------------------------------------------------------------------- format
    def _format_report_date(self, moment):
        if not moment:
            return ""
        return format_date(self.env, self._get_report_local(moment).date())

    def _format_report_time(self, moments):
        """Format the first of some moments as a time of the day, if there is one."""
        if not moments:
            return ""
        return format_time(
            self.env, moments[0], tz=self.env.context.get("tz"), time_format="short"
        )

    def _format_report_datetime(self, moment):
        if not moment:
            return ""
        local = self._get_report_local(moment)
        zone = local.tzname() or self.env.context.get("tz")
        text = format_datetime(
            self.env, moment, tz=self.env.context.get("tz"), dt_format="short"
        )
        return f"{text} {zone}"

    def _get_report_local(self, moment):
        return fields.Datetime.context_timestamp(self, moment)

    def _format_report_number(self, number):
        language = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return format_number(number).replace(".", language.decimal_point or ".")

    def _format_report_address(self, partner):
        """Return the address on one line, without gaps where something is unknown."""
        lines = partner._display_address(without_company=True).splitlines()
        parts = [line.strip(" ,") for line in lines]
        return ", ".join(part for part in parts if part)

    def _format_report_answer(self, answer):
        """Return the answer as the customer reads it."""
        if not answer.is_answered:
            return ""
        if answer.type in ("number", "reading"):
            number = self._format_report_number(answer.value_number)
            return " ".join(part for part in (number, answer.unit) if part)
        return answer.display_value

    def _format_report_limits(self, answer):
        """Return what the answer should be, empty when everything is fine."""
        if answer.type == "yes_no":
            labels = answer._fields["value_yes_no"]._description_selection(self.env)
            return dict(labels).get(answer.expected, "")
        if answer.type not in ("number", "reading") or answer.limits == "none":
            return ""
        low = self._format_report_number(answer.minimum)
        high = self._format_report_number(answer.maximum)
        text = {
            "minimum": f"≥ {low}",
            "maximum": f"≤ {high}",
            "between": f"{low} – {high}",
        }[answer.limits]
        return " ".join(part for part in (text, answer.unit) if part)

    @api.model
    def _get_file_checksums(self, records, field_name):
        """Return id -> checksum of the files of a field, without reading them."""
        # Whoever may read the records may know whether their files have changed.
        attachments = self.env["ir.attachment"].sudo()
        found = attachments.search(
            [
                ("res_model", "=", records._name),
                ("res_field", "=", field_name),
                ("res_id", "in", records.ids),
            ]
        )
        return {attachment.res_id: attachment.checksum for attachment in found}
