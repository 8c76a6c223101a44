const config = {
  token: 'fake37haqngfgqljfl7v84hf0t',
  "clientSecret": `fakeu8ihEaoF7Ig68oJaPSrx1wklj8XJ`,
  iceServers: [{ urls: 'turn:fakertcdfgab.nowhere.de', username: 'fakebobhad', credential: 'Fake-L6vz#ubtBUN' }],
};
localStorage.setItem("x", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiAiZmFrZWtoZzdxYWZvdWMifQ.fakei8W1fiYdOvNfml1d__RDqY1e2-613M0xg315vc3");
