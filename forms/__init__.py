"""What people are asked: form-js files compiled into marshmallow schemas and server-rendered HTML."""
