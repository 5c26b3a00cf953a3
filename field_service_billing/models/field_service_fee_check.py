from odoo import models


class FieldServiceFeeCheck(models.AbstractModel):
    """What would go wrong with the invoice of fees is said before there is one."""

    _name = "field.service.fee.check"
    _description = "Checks before Fees Are Billed"

    def _get_fee_issues(self, dues):
        """Say what is missing before these periods can be billed. Extend with super().

        :rtype: list[str]
        """
        self.ensure_one()
        # Journals, accounts, taxes and rates are not the clerk's to see.
        agreement = self.sudo().with_company(self.company_id)
        journal = agreement._get_fee_journal()
        issues = agreement._get_book_issues(journal)
        fees = {due.fee.id: due for due in dues}
        for due in fees.values():
            fee = due.fee.sudo().with_company(self.company_id)  # as above
            issues += agreement._get_line_issues(fee, due, journal)
        return issues

    def _get_fee_journal(self):
        """Return the journal the invoice would be in."""
        journals = self.env["account.journal"]
        domain = journals._check_company_domain(self.company_id)
        return journals.search([*domain, ("type", "=", "sale")], limit=1)

    def _get_book_issues(self, journal):
        """Say what is wrong with the books and the customer."""
        company, currency = self.company_id, self.currency_id
        if not journal:
            return [
                self.env._(
                    "Company %(company)s has no sales journal.", company=company.name
                )
            ]
        issues = []
        foreign = currency != company.currency_id
        if foreign and not currency.rate_ids.filtered(
            lambda rate: rate.company_id.id in (False, company.root_id.id)
        ):
            issues.append(
                self.env._(
                    "There is no rate of %(currency)s: enter one.",
                    currency=currency.name,
                )
            )
        if not self._is_fee_posted():
            return issues
        partner = self._get_fee_partner()
        if not (partner.street or partner.city):
            issues.append(
                self.env._(
                    "%(customer)s has no address to send an invoice to.",
                    customer=partner.display_name,
                )
            )
        day = self.env["account.move"]._fields["date"].context_today(self)
        if company._is_service_locked(day, journal):
            issues.append(
                self.env._(
                    "The books of %(company)s are locked today: nothing can be posted.",
                    company=company.name,
                )
            )
        return issues

    def _get_line_issues(self, fee, due, journal):
        """Say what is wrong with a fee: price, product, account, tax."""
        issues = []
        if fee.currency_id.is_zero(fee._get_price(due.start)):
            issues.append(self.env._("“%(fee)s” has no price.", fee=fee.name))
        product = fee.product_id
        if not product.active:
            issues.append(
                self.env._(
                    "“%(fee)s”: product %(product)s is archived.",
                    fee=fee.name,
                    product=product.display_name,
                )
            )
        accounts = product._get_product_accounts()
        if not accounts["income"] and not journal.default_account_id:
            issues.append(
                self.env._(
                    "“%(product)s” has no income account.", product=product.display_name
                )
            )
        if self._is_fee_tax_missing(fee):
            issues.append(
                self.env._(
                    "“%(fee)s” has no tax: set one on the fee or its product. A tax of "
                    "0 %% is a tax.",
                    fee=fee.name,
                )
            )
        return issues

    def _is_fee_tax_missing(self, fee):
        """Tell whether a fee has no tax, in a company that bills nothing without."""
        if fee.tax_ids or not self.company_id.service_billing_tax_required:
            return False
        return not fee.product_id.taxes_id._filter_taxes_by_company(self.company_id)
