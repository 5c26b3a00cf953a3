from datetime import datetime

from odoo import Command

from .common import FieldServiceCommon


class AgreementCommon(FieldServiceCommon):
    """A site in Berlin, and short words for what recurs there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls._create_partner("Berlin site", tz="Europe/Berlin")

    @classmethod
    def _create_agreement(cls, lines, activate=True, **values):
        """Make an agreement; ``lines`` are dicts that complete a weekly line."""
        agreement = cls.env["field.service.agreement"].create(
            {
                "partner_id": cls.partner.id,
                "company_id": cls.company.id,
                "user_id": cls.dispatcher.id,
                "date_start": "2026-03-02",
                "horizon_days": 14,
                "plan_days": 60,
                "line_ids": [
                    Command.create(cls._prepare_line_values(**line)) for line in lines
                ],
                **values,
            }
        )
        if activate:
            agreement.action_activate()
        return agreement

    @classmethod
    def _prepare_line_values(cls, **values):
        return {
            "job_type_id": cls.job_type.id,
            "site_id": cls.site.id,
            "anchor_date": "2026-03-02",
            "anchor_hour": 8.0,
            "repeat_unit": "week",
            "day_off_policy": "keep",
            **values,
        }

    @classmethod
    def _create_holiday(cls, day, company=None):
        """Close a company on one day, all day in Berlin."""
        company = company or cls.company
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": company.id,
                "calendar_id": company.resource_calendar_id.id,
                "date_from": datetime(day.year, day.month, day.day, 0),
                "date_to": datetime(day.year, day.month, day.day, 23, 59),
            }
        )

    def _get_dates(self, agreement, field="planned_date"):
        """Return the dates of an agreement as “MM-DD HH:MM” in UTC."""
        occurrences = agreement.occurrence_ids.sorted(
            lambda occurrence: (occurrence.line_id.id, occurrence.number)
        )
        return [f"{occurrence[field]:%m-%d %H:%M}" for occurrence in occurrences]

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "field_service.cron_generate_agreements"
            ).method_direct_trigger()
