"""Files of products' repositories, and what their histories prove."""
