from datetime import timedelta
from unittest.mock import patch

from odoo.addons.field_service.tests.common import MONDAY

from .common import FieldServiceBillingCommon


class BillingRunCommon(FieldServiceBillingCommon):
    """Two customers with an address, and policies to bill them by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_partner("Other customer")
        (cls.partner | cls.other).write({"street": "Dock 1", "city": "Ghent"})

    @classmethod
    def _create_policy(cls, **values):
        return cls.env["field.service.billing.policy"].create(
            {"name": "Policy", "company_id": cls.company.id, **values}
        )

    @classmethod
    def _create_hours(cls, *hours, **values):
        """Create finished orders of some hours each, 80.00 the hour."""
        orders = cls.env["field.service.order"]
        for number, time in enumerate(hours):
            start = cls.slot
            cls.slot += timedelta(hours=int(time) + 1)
            several = {name: each[number] for name, each in values.items()}
            orders |= cls._create_worked_order(time, start=start, **several)
        return orders

    slot = MONDAY

    def _run_cron(self, job):
        """Run a scheduled action without its commits."""
        with patch.object(self.env.cr, "commit", lambda: None):
            job()
