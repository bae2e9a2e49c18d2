"""Personal data shown to those who need to recognise it but not to use it."""


def mask_phone(phone: str | None) -> str | None:
    """138****8000: the first three and the last four."""
    if not phone or len(phone) < 8:
        return phone and "*" * len(phone)
    return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]


def mask_email(email: str | None) -> str | None:
    """w***@example.com: the first letter and the domain."""
    if not email:
        return email
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}" if domain else "***"


def mask_name(name: str) -> str:
    """王**: the family name."""
    return name[:1] + "*" * max(1, len(name) - 1)


def mask_address(address: str | None) -> str | None:
    """The province and city, not the street."""
    return address and address[:6] + "****"
