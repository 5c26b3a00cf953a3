from odoo.tests import tagged

from .common import FieldServiceCommon
from .common_tour import TourCase


@tagged("post_install", "-at_install")
class TestTour(FieldServiceCommon, TourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_partner("Tour Customer", company_id=cls.company.id)
        cls._create_technician("Tour Technician")
        cls.job_type.name = "Tour Repair"

    def test_from_request_to_done(self):
        """A dispatcher creates an order, plans a visit, and sees both done."""
        self.start_tour(
            "/odoo/work-orders", "field_service_order", login=self.dispatcher.login
        )
        order = self.env["field.service.order"].search(
            [("partner_id.name", "=", "Tour Customer")]
        )
        self.assertEqual(order.state, "done")
        self.assertEqual(order.visit_ids.state, "completed")
