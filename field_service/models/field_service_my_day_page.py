from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.event_hours import effective_entries
from .field_service_order_documents import LOCKED_STATES

# How many earlier visits of the site are shown.
PREVIOUS_VISITS = 3


class FieldServiceMyDayPage(models.AbstractModel):
    """One visit as the technician's phone shows it.

    The number of queries does not depend on the number of visits.
    """

    _name = "field.service.my.day.page"
    _inherit = ["field.service.my.day.tools"]
    _description = "Technician's Page of a Visit"

    @api.model
    def _get_pages(self, visits):
        """Return the pages of visits, in their order."""
        previous = self._get_previous_visits(visits)
        return [
            {
                **self._get_page_values(visit),
                "previous": previous.get(visit.id, []),
            }
            for visit in visits
        ]

    @api.model
    def _get_page_values(self, visit):
        """Return what one page shows. Extend with ``{**super()..., ...}``."""
        order = visit.order_id
        return {
            **self._get_plan_values(visit),
            **self._get_place_values(order),
            **self._get_work_values(visit),
            **self._get_visit_tools(visit),
            "assets": [self._get_asset_values(asset) for asset in order.asset_ids],
            # All of them: without a network, the phone decides which are asked.
            "answers": [self._get_answer_values(answer) for answer in order.answer_ids],
            "photos": [self._get_photo_values(photo) for photo in order.photo_ids],
            "findings": [
                self._get_finding_values(finding) for finding in order.finding_ids
            ],
            "missing": self._get_missing(visit),
            "editable": order.state not in LOCKED_STATES,
        }

    @api.model
    def _get_plan_values(self, visit):
        order = visit.order_id
        # Names of colleagues are no secret, their employee records are.
        crew = (visit.technician_id | visit.crew_ids).sudo()
        return {
            "id": visit.id,
            "name": visit.name,
            "order": order.name,
            "state": visit.state,
            "start": fields.Datetime.to_string(visit.start) or False,
            "stop": fields.Datetime.to_string(visit.stop) or False,
            "travel_minutes": visit.travel_before_minutes,
            "priority": int(order.priority or 0),
            "priority_label": dict(
                order._fields["priority"]._description_selection(self.env)
            ).get(order.priority, ""),
            "job_type": order.job_type_id.name or "",
            "tags": [
                {"id": tag.id, "name": tag.name, "color": tag.color}
                for tag in order.tag_ids
            ],
            "description": order.description or "",
            "changes": visit.dispatch_changes or "",
            "may_answer": visit._may_answer(),
            "crew": [member.name for member in crew if member.user_id != self.env.user],
        }

    @api.model
    def _get_place_values(self, order):
        """Return who the customer is, where the site is, and how to get there."""
        # The card of a customer is open to whoever is sent to him.
        site, partner = order.site_id.sudo(), order.partner_id.sudo()
        contact = order.contact_id.sudo() or site
        located = site.service_latitude or site.service_longitude
        return {
            "customer": partner.name or "",
            "site": site.name or "",
            "address": self._get_address(site),
            "latitude": site.service_latitude if located else False,
            "longitude": site.service_longitude if located else False,
            "safety_note": site.service_safety_note or "",
            "access_notes": self._get_access_notes(site),
            "contact": contact.name or "",
            "phone": contact.phone or site.phone or partner.phone or "",
        }

    @api.model
    def _get_access_notes(self, site):
        """Return what to know before entering the site."""
        notes = (site.service_access_note, site.service_parking_note)
        return "\n".join(note for note in notes if note)

    @api.model
    def _get_address(self, site):
        lines = (
            site.street,
            site.street2,
            " ".join(filter(None, (site.zip, site.city))),
        )
        return "\n".join(line for line in lines if line)

    @api.model
    def _get_work_values(self, visit):
        return {
            "events": [
                {"type": entry.type, "time": fields.Datetime.to_string(entry.time)}
                for entry in effective_entries(visit._get_log())
            ],
            "result": visit.result or False,
            "return_reason_id": visit.return_reason_id.id,
            "note": visit.note or "",
            "require_photos": visit.order_id.require_photos,
            "require_signature": visit.require_signature,
            "signed_by": visit.signed_by or "",
            "signed_on": fields.Datetime.to_string(visit.signed_on) or False,
            "signature_refused": visit.signature_refused,
            "refusal_reason": visit.refusal_reason or "",
        }

    @api.model
    def _get_asset_values(self, asset):
        return {
            "id": asset.id,
            "name": asset.name,
            "serial": asset.serial or "",
            "warranty_until": fields.Date.to_string(asset._get_warranty_end()) or False,
        }

    @api.model
    def _get_answer_values(self, answer):
        return {
            "id": answer.id,
            "name": answer.name,
            "help": answer.help or "",
            "type": answer.type,
            "mandatory": answer.mandatory,
            "unit": answer.unit or "",
            "limits": answer.limits,
            "minimum": answer.minimum,
            "maximum": answer.maximum,
            "expected": answer.expected or False,
            "photo_tag": answer.photo_tag or "other",
            "photo_count": answer.photo_count,
            "options": [
                {
                    "id": option.id,
                    "name": option.name,
                    "defect": option in answer.defect_option_ids,
                }
                for option in answer.option_ids
            ],
            "value": self._get_answer_value(answer),
            "asset_id": answer.asset_id.id,
            "condition": answer.condition or False,
            "condition_answer_id": answer.condition_answer_id.id,
            "condition_option_id": answer.condition_option_id.id,
            "is_asked": answer.is_asked,
            "is_answered": answer.is_answered,
            "is_out_of_range": answer.is_out_of_range,
        }

    @api.model
    def _get_answer_value(self, answer):
        """Return the answer in the form in which the phone sends it back."""
        if answer.type == "yes_no":
            return answer.value_yes_no or False
        if answer.type in ("number", "reading"):
            return answer.value_input or ""
        if answer.type == "choice":
            return answer.value_option_id.id
        if answer.type == "date":
            return fields.Date.to_string(answer.value_date) or False
        return answer.value_text or ""

    @api.model
    def _get_photo_values(self, photo):
        return {
            "id": photo.id,
            "tag": photo.tag,
            "name": photo.name or "",
            "answer_id": photo.answer_id.id,
        }

    @api.model
    def _get_finding_values(self, finding):
        return {
            "id": finding.id,
            "name": finding.name,
            "state": finding.state,
            "measured": finding.measured or "",
            "codes": [
                reason.name
                for reason in (
                    finding.symptom_id,
                    finding.cause_id,
                    finding.remedy_id,
                )
                if reason
            ],
        }

    @api.model
    def _get_missing(self, visit):
        """Return what the gates would say if the visit were finished now.

        What finishing itself solves is left out. The code tells the phone which
        sentences its own unsent answers make obsolete.
        """
        order = visit.order_id
        known = self._get_missing_codes(order)
        if order.state in LOCKED_STATES:
            return []
        solved = set(order._get_reasons_visits())
        if visit.signed_on or visit.signature_refused:
            solved |= set(order._get_reasons_signature())
        reasons = [
            reason for reason in order._get_reasons_done() if reason not in solved
        ]
        if visit.state in ("working", "paused"):
            reasons += visit.with_context(
                service_pending_values={"result": "solved"}
            )._get_blocking_reasons("completed")
        return [
            {"code": known.get(reason, "other"), "text": reason} for reason in reasons
        ]

    @api.model
    def _get_missing_codes(self, order):
        """Return {sentence: code} of what the phone itself can find to be settled."""
        return {
            **dict.fromkeys(order._get_reasons_unanswered(), "answers"),
            **dict.fromkeys(order._get_reasons_photos(), "photos"),
            **dict.fromkeys(order._get_reasons_signature(), "signature"),
        }

    @api.model
    def _get_previous_visits(self, visits):
        """Return {visit id: the last other visits at the same site}."""
        sites = visits.order_id.site_id.ids
        if not sites:
            return {}
        visits.flush_model(["order_id", "company_id", "state", "start"])
        visits.order_id.flush_model(["site_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT site_id, id FROM (
                       SELECT work.site_id, visit.id, visit.start, row_number() OVER (
                                  PARTITION BY work.site_id ORDER BY visit.start DESC
                              ) AS position
                         FROM field_service_visit AS visit
                         JOIN field_service_order AS work ON work.id = visit.order_id
                        WHERE work.site_id = ANY(%s) AND visit.state = 'completed'
                          AND visit.company_id = ANY(%s)
                          AND NOT visit.id = ANY(%s)) AS ranked
                    WHERE position <= %s ORDER BY start DESC""",
                sites,
                visits.company_id.ids,
                visits.ids,
                PREVIOUS_VISITS,
            )
        )
        # Whoever is sent to a site may be told what colleagues have done there.
        earlier = visits.sudo().browse(row[1] for row in rows)
        shown = {visit.id: self._get_previous_values(visit) for visit in earlier}
        by_site = {}
        for site_id, visit_id in rows:
            by_site.setdefault(site_id, []).append(shown[visit_id])
        return {
            visit.id: by_site.get(visit.order_id.site_id.id, []) for visit in visits
        }

    @api.model
    def _get_previous_values(self, visit):
        return {
            "id": visit.id,
            "order": visit.order_id.name,
            "date": fields.Datetime.to_string(visit.start) or False,
            "technician": visit.technician_id.name or "",
            "result": visit.result or False,
            "summary": visit.note or visit.order_id.description or "",
        }
