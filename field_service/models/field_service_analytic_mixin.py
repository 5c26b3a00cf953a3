from odoo import api, fields, models, tools


class FieldServiceAnalyticMixin(models.AbstractModel):
    """A document with an analytic account of its own in the plan "Work Orders".

    What a journal item has to do with the document is said by its analytic
    distribution on that account and by nothing else.
    """

    _name = "field.service.analytic.mixin"
    _description = "Document with an Account in the Work Order Plan"

    analytic_account_id = fields.Many2one(
        comodel_name="account.analytic.account",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    @api.model
    @tools.ormcache()
    def _get_plan_column(self):
        """Return the name of the analytic column that carries the work order.

        Cached: every report and every analytic line asks for it, and looking the
        plan up is three queries.
        """
        plan = self.env.ref("field_service.analytic_plan_work_orders")
        # The plan is configuration of the suite, readable for every user.
        return plan.sudo()._column_name()

    def _get_analytic_account(self):
        """Return the document's analytic account, made at the first need."""
        self.ensure_one()
        self._ensure_analytic_accounts()
        # Read for technicians too, who have no access to accounting.
        return self.sudo().analytic_account_id

    def _get_analytic_distribution(self):
        """Return the distribution that puts a journal item on this document alone."""
        return {str(self._get_analytic_account().id): 100.0}

    def _ensure_analytic_accounts(self):
        """Make the missing analytic accounts, all at once."""
        # One account per document is the suite's bookkeeping, whoever triggers it.
        documents = self.sudo().filtered(
            lambda document: not document.analytic_account_id
        )
        if not documents:
            return
        accounts = self.env["account.analytic.account"].sudo()
        created = accounts.with_context(tracking_disable=True).create(
            [document._prepare_analytic_account_values() for document in documents]
        )
        for document, account in zip(documents, created, strict=True):
            document.analytic_account_id = account

    def _prepare_analytic_account_values(self):
        """Return the values of the document's analytic account."""
        self.ensure_one()
        return {
            "name": self.name,
            "code": self.name,
            "plan_id": self.env.ref("field_service.analytic_plan_work_orders").id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
        }

    def _set_analytic_active(self, active):
        """Archive the accounts of closed documents, take them back when reopened.

        They are never deleted: late costs and old reports need them.
        """
        # As above: bookkeeping of the suite.
        self.sudo().with_context(tracking_disable=True).analytic_account_id.write(
            {"active": active}
        )
