from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.field_service_billing.tests.common import FieldServiceBillingCommon


@tagged("post_install", "-at_install")
class TestLadderTour(FieldServiceBillingCommon, HttpCase):
    """2 h and 3 filters: 160.00 + 75.00 less 75.00 + 30.00."""

    def test_each_figure_opens_its_lines(self):
        order = self._create_order(release=False)
        self._create_part(order, self.filter, 3.0)
        order.action_release()
        user = new_test_user(
            self.env,
            login="ladder_tour",
            password="ladder_tour",
            groups="field_service.group_manager",
            company_id=self.company.id,
            company_ids=[self.company.id],
        )
        self.start_tour(
            f"/odoo/action-field_service.field_service_order_action/{order.id}",
            "field_service_ladder",
            login=user.login,
        )
