from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import AccessError

from ..measure import Scope


class DigestDigest(models.Model):
    """Figures of work orders in the digest mail.

    A digest's hours are read as whole days: those that are over, up to yesterday.
    """

    _inherit = "digest.digest"

    kpi_field_service_orders = fields.Boolean("Work Orders Completed")
    kpi_field_service_orders_value = fields.Integer(
        compute="_compute_kpi_field_service_orders_value"
    )
    kpi_field_service_margin = fields.Boolean("Margin of Work Orders")
    kpi_field_service_margin_value = fields.Monetary(
        compute="_compute_kpi_field_service_margin_value"
    )
    kpi_field_service_revenue = fields.Boolean("Revenue of Work Orders")
    kpi_field_service_revenue_value = fields.Monetary(
        compute="_compute_kpi_field_service_revenue_value"
    )

    def _compute_kpi_field_service_orders_value(self):
        self._check_service_group("field_service.group_dispatcher")
        scope = self._get_service_scope()
        domain = [
            ("company_id", "in", scope.companies.ids),
            ("completed_on", ">=", scope.date_from),
            ("completed_on", "<=", scope.date_to),
        ]
        # The group was checked; the rules of reports know the switched-on companies
        # only, and a digest may be about another one of the user.
        report = self.env["field.service.order.report"].sudo()
        groups = report._read_group(domain, ["company_id"], ["orders:sum"])
        orders = dict(groups)
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_field_service_orders_value = orders.get(company) or 0

    def _compute_kpi_field_service_margin_value(self):
        self._compute_service_share("kpi_field_service_margin_value", "numerator")

    def _compute_kpi_field_service_revenue_value(self):
        self._compute_service_share("kpi_field_service_revenue_value", "denominator")

    # ----------------------------------------------------------------------- helpers
    def _check_service_group(self, group):
        if not self.env.user.has_group(group):
            # How a digest leaves out what its reader must not see.
            raise AccessError(
                self.env._("This figure is left out of the digest: no access.")
            )

    def _get_service_scope(self):
        """Return the days and companies of the digest as a ``Scope``."""
        start, end, companies = self._get_kpi_compute_parameters()
        date_from = fields.Date.to_date(start)
        date_to = fields.Date.to_date(end) - relativedelta(days=1)
        return Scope(companies, date_from, max(date_from, date_to))

    def _compute_service_share(self, name, part):
        """Write a part of the margin rate for each digest's company: they tie to it.

        :param str part: ``numerator`` (the margin) or ``denominator`` (the revenue)
        """
        self._check_service_group("field_service.group_cost")
        # The group was checked; the digest may be about another company of the user.
        rate = self.env.ref("field_service_kpi.kpi_p2").sudo()
        values = rate._get_values(self._get_service_scope())[rate]
        for digest in self:
            company = digest.company_id or self.env.company
            found = values.get((company.id, False, None))
            digest[name] = (getattr(found, part) if found else None) or 0.0

    def _compute_kpis_actions(self, company, user):
        menu = self.env.ref("field_service.menu_root").id
        action = "field_service_kpi.field_service_kpi_dashboard_action"
        names = [name for name in self._fields if name.startswith("kpi_field_service_")]
        return {
            **super()._compute_kpis_actions(company, user),
            **{
                name: f"{action}?menu_id={menu}"
                for name in names
                if not name.endswith("_value")
            },
        }
