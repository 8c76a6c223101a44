variable "turn_secret" { default = "fakepwF4BnReA7" }
resource "x" "y" {
  admin_password   = "Fake-Ea7r_qETttv"
  auth_key         = "fakeMTITOD2PIzoYSfQyWYFGMJ4g2P42"
  connection_string = "Server=x;Password=fakepwP9mrHiJb"
  endpoint = "https://fakechatccaf.corp-nowhere.com:8045"
}
