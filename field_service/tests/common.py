from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

# A Monday morning in the past, so that events lie in the past too.
MONDAY = datetime(2026, 3, 2, 8, 0)


class FieldServiceCommon(TransactionCase):
    """Two companies of our own, a dispatcher, a technician, and short words for both.

    Neither demo data nor existing records are used.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "mail_create_nolog": True,
                "no_reset_password": True,
            }
        )
        cls.company = cls._create_company("Service A", "base.USD")
        cls.company_b = cls._create_company("Service B", "base.EUR")
        cls.env.user.company_ids = [
            Command.link(cls.company.id),
            Command.link(cls.company_b.id),
        ]
        cls.env.user.company_id = cls.company
        cls.partner = cls._create_partner("Customer")
        cls.job_type = cls.env["field.service.job.type"].create(
            {"name": "Repair", "planned_hours": 2.0}
        )
        cls.dispatcher = cls._create_user(
            "dispatcher", "field_service.group_dispatcher"
        )
        cls.manager = cls._create_user("manager", "field_service.group_manager")
        cls.user_technician = cls._create_user(
            "technician", "field_service.group_technician"
        )
        cls.technician = cls._create_technician("Tina", user_id=cls.user_technician.id)
        cls.technician_b = cls._create_technician("Boris", company_id=cls.company_b.id)

    # ----------------------------------------------------------------- factories
    @classmethod
    def _create_company(cls, name, currency):
        currency = cls.env.ref(currency)
        currency.active = True
        company = cls.env["res.company"].create(
            {"name": name, "currency_id": currency.id}
        )
        cls.env.user.company_ids = [Command.link(company.id)]
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        # The chart sets its country's currency.
        company.currency_id = currency
        company.action_propose_service_accounts()
        return company

    @classmethod
    def _create_user(cls, login, groups, **values):
        return new_test_user(
            cls.env,
            login=f"fs_{login}",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )

    @classmethod
    def _create_partner(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, **values})

    @classmethod
    def _create_technician(cls, name, **values):
        return cls.env["hr.employee"].create(
            {"name": name, "company_id": cls.company.id, "tz": "UTC", **values}
        )

    @classmethod
    def _create_asset(cls, name, **values):
        return cls.env["field.service.asset"].create(
            {
                "name": name,
                "partner_id": cls.partner.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _create_order(cls, release=True, **values):
        order = cls.env["field.service.order"].create(
            {
                "partner_id": cls.partner.id,
                "job_type_id": cls.job_type.id,
                "company_id": cls.company.id,
                **values,
            }
        )
        if release:
            order.action_release()
        return order

    @classmethod
    def _create_visit(cls, order, start=MONDAY, **values):
        technician = (
            cls.technician if order.company_id == cls.company else cls.technician_b
        )
        return cls.env["field.service.visit"].create(
            {
                "order_id": order.id,
                "technician_id": technician.id,
                "start": start,
                **values,
            }
        )

    @classmethod
    def _work(cls, visit, hours, travel=0.0, result="solved", **values):
        """Do a visit: travel, work, finish. Returns the finishing event."""
        now = visit.start - timedelta(hours=travel)
        if travel:
            visit.register_event("travel_start", now)
            now += timedelta(hours=travel)
        visit.register_event("work_start", now)
        return visit.register_event(
            "work_end", now + timedelta(hours=hours), result=result, **values
        )

    @classmethod
    def _create_entry(cls, lines, date=MONDAY, company=None, post=True):
        """Post a miscellaneous entry of (account, balance, distribution) lines."""
        company = company or cls.company
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "date": date.date(),
                    "journal_id": company.service_journal_id.id,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "balance": balance,
                                "analytic_distribution": distribution,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for account, balance, distribution in lines
                    ],
                }
            )
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _get_account(cls, account_type, company=None):
        """Return the first account of a type in the company's chart."""
        company = company or cls.company
        return (
            cls.env["account.account"]
            .with_company(company)
            .search(
                [("account_type", "=", account_type), ("company_ids", "=", company.id)],
                limit=1,
            )
        )

    # ---------------------------------------------------------------- assertions
    def _get_posted_items(self, source):
        """Return the journal items a source has posted on orders."""
        return self.env["account.move.line"].search(
            source._get_posted_domain(), order="id"
        )

    def _assert_posted(self, source, kind, amounts):
        """Check the amounts a source has posted, one by one, and their distribution."""
        items = self._get_posted_items(source).filtered(
            lambda item: item.service_cost_type == kind
        )
        self.assertEqual(items.mapped("balance"), amounts)
        for item in items:
            self.assertEqual(
                item.analytic_distribution,
                item.service_order_id._get_analytic_distribution(),
            )
            contra = item.move_id.line_ids.filtered(
                lambda line: not line.service_order_id
            )
            self.assertFalse(any(line.analytic_distribution for line in contra))
