from odoo.tests import new_test_user

from .common import FieldServiceKpiCommon


class AttributionCommon(FieldServiceKpiCommon):
    """Items on orders and on none, and who may decide about them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_data_2 = cls.setup_other_company()
        cls.company_2 = cls.company_data_2["company"]
        cls.company.action_propose_service_accounts()
        cls.job_type = cls.env["field.service.job.type"].create({"name": "Repair"})
        cls.accountant = cls._user("accountant", "account.group_account_manager")
        cls.clerk = cls._user("clerk", "account.group_account_invoice")
        cls.service_manager = cls._user("manager", "field_service.group_manager")
        cls.reader = cls._user("reader", "account.group_account_readonly")

    @classmethod
    def _user(cls, name, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"attribution_{name}",
            groups=groups,
            company_id=company.id,
            company_ids=[company.id],
        )

    def _post(self, amount=100.0, share=False, date="2024-03-15", **values):
        """Post a cost; return its journal item."""
        move = self._create_entry([(self.expense, amount, share)], date, post=False)
        item = move.line_ids.filtered(lambda line: line.account_id == self.expense)
        reference = values.pop("ref", None)
        if reference:
            move.ref = reference
        if values:
            item.write(values)
        move.action_post()
        return item

    def _open(self, company=None, user=None, **conditions):
        # A report is read anew at each look, as each request does.
        self.env.invalidate_all()
        rows = self.env["field.service.unassigned"].with_user(user or self.accountant)
        domain = [("company_id", "=", (company or self.company).id)]
        domain += [(name, "=", value) for name, value in conditions.items()]
        return rows.search(domain)

    def _assign(self, item, order, user=None, **options):
        attribution = self.env["field.service.attribution"]
        attribution = attribution.with_user(user or self.accountant)
        item = item.with_user(user or self.accountant)
        return attribution._assign({item: order.with_env(item.env)}, **options)

    @classmethod
    def _create_released(cls, partner, site=None, **values):
        """An order that is open since 1 March 2024."""
        return cls._create_order(
            partner_id=partner.id,
            site_id=(site or partner).id,
            job_type_id=cls.job_type.id,
            received_on="2024-03-01 08:00:00",
            state="released",
            **values,
        )

    def _findings(self, company=None):
        self.env.invalidate_all()
        return super()._findings(company)

    def _lock(self, date="2024-03-31"):
        self.company.fiscalyear_lock_date = date
